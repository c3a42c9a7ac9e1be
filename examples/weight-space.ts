/**
 * A network and its linearization, trained side by side: `npm run example -- weight-space`.
 *
 * The wider the network, the longer its first-order expansion in the parameters follows it (J. Lee et al., Wide neural networks of
 * any depth evolve as linear models under gradient descent, 2019). Draws the losses of both, at two widths.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { linearize, lossCurve, oneHotCentred, random, stax, type TrainStep, train } from 'neural-tangents';
import { smallDigits } from './shared/small-digits.js';
import { toSvg } from './shared/svg.js';
import { textTable } from './shared/table.js';

const small = process.argv.includes('--small');
const { train: digits } = await smallDigits(small ? 50 : 200, 14);
const labels = oneHotCentred(digits.labels, 10);
// Probabilities: 1 for the class, 0 for the others.
const data = { x: digits.images, y: { ...labels, data: labels.data.map((value) => value + 0.1) } };
const x = tf.tensor(Float32Array.from(digits.images.data), [...digits.images.shape]);

const rows: string[][] = [];
const series: { name: string; points: readonly TrainStep[] }[] = [];
for (const width of small ? [16, 64] : [16, 512]) {
  const dense = (channels: number) => stax.Dense(channels, { wStd: Math.SQRT2, bStd: 0.1 });
  const { init, apply } = stax.serial(stax.Flatten(), dense(width), stax.Relu(), dense(10));
  const [, start] = init(random.key(0), x.shape);
  const linear = linearize(apply, start);
  const options = {
    steps: small ? 20 : 100,
    learningRate: 0.1,
    optimizer: { kind: 'sgd', momentum: 0.9 },
    loss: 'xent',
  } as const;
  const [network, expansion] = [
    await train(apply, start, data, options),
    await train(linear, start, data, options),
  ];
  const [f, g] = [apply(network.params, x), linear(expansion.params, x)];
  const apart = tf.sub(f, g).square().mean().sqrt().dataSync()[0];
  rows.push([
    String(width),
    network.state.history.at(-1)!.loss.toFixed(4),
    expansion.state.history.at(-1)!.loss.toFixed(4),
    apart.toFixed(3),
  ]);
  series.push(
    { name: `network, width ${width}`, points: network.state.history },
    { name: `linearized, width ${width}`, points: expansion.state.history },
  );
}
console.log(textTable(['width', 'loss of the network', 'of its linearization', 'outputs apart by'], rows));

const folder = 'out/examples';
mkdirSync(folder, { recursive: true });
writeFileSync(
  `${folder}/weight-space.svg`,
  await toSvg(lossCurve(series, 'A network and its linearization')),
);
console.log(`\nTheir losses: ${folder}/weight-space.svg`);
