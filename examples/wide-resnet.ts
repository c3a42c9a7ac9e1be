/**
 * The infinite WideResNet of Neural Tangents' README: `npm run example -- wide-resnet`.
 *
 * Shows what its kernel takes op by op, classifies digits with it, and draws its Gram matrix as
 * correlations: digits sorted by class, so that squares along the diagonal are digits of one class.
 */
import { correlationHeatmap, explain, gram, stax } from 'neural-tangents';
import { percent, testAccuracy } from './shared/accuracy.js';
import { draw } from './shared/draw.js';
import { smallDigits } from './shared/small-digits.js';
import { textTable } from './shared/table.js';

const small = process.argv.includes('--small');

function block(channels: number, strides = [1, 1], mismatch = false) {
  const main = stax.serial(
    stax.Relu(),
    stax.Conv(channels, [3, 3], { strides, padding: 'SAME' }),
    stax.Relu(),
    stax.Conv(channels, [3, 3], { padding: 'SAME' }),
  );
  const shortcut = mismatch ? stax.Conv(channels, [3, 3], { strides, padding: 'SAME' }) : stax.Identity();
  return stax.serial(stax.FanOut(2), stax.parallel(main, shortcut), stax.FanInSum());
}

const group = (n: number, channels: number, strides = [1, 1]) =>
  stax.serial(block(channels, strides, true), stax.repeat(block(channels), n - 1));

const wideResnet = (blockSize: number, k: number, classes: number) =>
  stax.serial(
    stax.Conv(16, [3, 3], { padding: 'SAME' }),
    group(blockSize, 16 * k),
    group(blockSize, 32 * k, [2, 2]),
    group(blockSize, 64 * k, [2, 2]),
    // The README's images have 32×32 pixels, here they have 14×14: as much is left at the end.
    stax.AvgPool([4, 4]),
    stax.Flatten(),
    stax.Dense(classes),
  );

const { kernel } = wideResnet(small ? 1 : 4, 1, 10);
const { train, test } = await smallDigits(small ? 20 : 100, 14);
const { text } = await explain(kernel, [14, 14, 1], { n1: train.labels.length, get: ['nngp', 'ntk'] });
console.log(`${text}\n`);

const options = { get: ['nngp', 'ntk'], dtype: 'float32' } as const;
const kTrain = await gram(kernel, train.images, null, options);
const kTest = await gram(kernel, test.images, train.images, options);
const rows: string[][] = [];
for (const field of options.get) {
  rows.push([field, percent(await testAccuracy(kTrain[field], kTest[field], train, test))]);
}
console.log(textTable(['kernel', 'test accuracy'], rows));

console.log();
await draw(
  'wide-resnet',
  correlationHeatmap(kTrain.ntk, {
    title: `NTK of an infinite WideResNet between ${train.labels.length} digits`,
    classes: train.labels,
  }),
);
