/**
 * Depth with and without shortcuts: `npm run example -- residual`.
 *
 * The kernel of a deep plain ConvNet tells images apart less and less: after many ReLUs all correlations are close to 1. A
 * residual ConvNet whose branches are scaled by 1/√depth keeps what it started with (Hayou et al., Stable ResNet, 2020).
 */
import type { Matrix } from 'ml-matrix';
import { gram, lineChart, stax } from 'neural-tangents';
import { percent, testAccuracy } from './shared/accuracy.js';
import { draw } from './shared/draw.js';
import { smallDigits } from './shared/small-digits.js';
import { textTable } from './shared/table.js';

const small = process.argv.includes('--small');
const { train, test } = await smallDigits(small ? 50 : 200, 14);

const conv = () => stax.Conv(64, [3, 3], { padding: 'SAME', wStd: Math.SQRT2 });

const plain = (depth: number) =>
  stax.serial(conv(), stax.repeat(stax.serial(stax.Relu(), conv()), depth), stax.Flatten(), stax.Dense(10));

function residual(depth: number) {
  const block = stax.residual(stax.serial(stax.Relu(), conv()), { scale: 1 / Math.sqrt(depth) });
  return stax.serial(conv(), stax.repeat(block, depth), stax.Flatten(), stax.Dense(10));
}

/** Mean of K[i, j]/√(K[i, i]·K[j, j]) over pairs of different images. */
function meanCorrelation(k: Matrix): number {
  const scale = k.diagonal().map((variance) => 1 / Math.sqrt(variance));
  const sum = scale.reduce(
    (total, a, i) => total + scale.reduce((row, b, j) => row + a * b * k.get(i, j), 0),
    0,
  );
  return (sum - k.rows) / (k.rows * (k.rows - 1));
}

const rows: string[][] = [];
const series = ['plain', 'residual'].map((name) => ({ name, points: [] as { x: number; y: number }[] }));
for (const depth of small ? [1, 16] : [1, 4, 16, 64]) {
  const row = [`${depth}`];
  for (const [which, { kernel }] of [plain(depth), residual(depth)].entries()) {
    const kTrain = await gram(kernel, train.images, null, { get: 'nngp', dtype: 'float32' });
    const kTest = await gram(kernel, test.images, train.images, { get: 'nngp', dtype: 'float32' });
    const correlation = meanCorrelation(kTrain);
    series[which].points.push({ x: depth, y: correlation });
    row.push(correlation.toFixed(3), percent(await testAccuracy(kTrain, kTest, train, test)));
  }
  rows.push(row);
}

console.log(
  `${train.labels.length} training and ${test.labels.length} test digits, 14×14; NNGP, ridge regression`,
);
console.log('correlation: mean over pairs of different digits; 1 is a network that sees no difference\n');
const head = ['depth', 'plain: correlation', 'accuracy', 'residual: correlation', 'accuracy'];
console.log(textTable(head, rows));

console.log();
await draw(
  'residual',
  lineChart(series, {
    title: 'Correlation of different digits under deep ConvNets',
    xTitle: 'depth (convolutions)',
    yTitle: 'mean correlation, NNGP',
    xScale: 'log',
    yRange: [0, 1],
  }),
);
