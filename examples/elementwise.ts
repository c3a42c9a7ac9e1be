/**
 * Nonlinearities of one's own: `npm run example -- elementwise`.
 *
 * A function without a layer of its own is integrated by quadrature (`ElementwiseNumerical`), one whose dual is known is
 * given by that (`Elementwise`). What a nonlinearity does to kernels is a curve, from the correlation of two activations before it
 * to that after it; the table has five points of each curve, and what it is worth on digits.
 */
import * as tf from '@tensorflow/tfjs';
import { Matrix } from 'ml-matrix';
import { explain, lineChart, stax } from 'neural-tangents';
import { percent, testAccuracy } from './shared/accuracy.js';
import { draw } from './shared/draw.js';
import { smallDigits } from './shared/small-digits.js';
import { textTable } from './shared/table.js';

const small = process.argv.includes('--small');

/** x·tanh(ln(1 + e^x)), known as Mish. */
const mish = (x: tf.Tensor) => x.mul(x.softplus().tanh());

const nonlinearities: [name: string, layer: stax.Layer][] = [
  ['Relu', stax.Relu()],
  ['Erf', stax.Erf()],
  ['SiLU, by name', stax.ElementwiseNumerical('silu', 15)],
  ['Mish, by its function', stax.ElementwiseNumerical(mish, 15)],
  // E[u²v²] of two Gaussians.
  ['x², by its dual', stax.Elementwise({ nngpFn: (k, q1, q2) => k.square().mul(2).add(q1.mul(q2)) })],
];

const correlations = [0, 0.25, 0.5, 0.75, 0.95];

/** Correlations after the nonlinearity, of activations of variance 1 with the correlations `before`. */
function curve(layer: stax.Layer, before: readonly number[]): number[] {
  const { kernel } = stax.serial(stax.Dense(1, { wStd: Math.SQRT2 }), layer);
  const points = tf.tensor2d(before.map((c) => [c, Math.sqrt(1 - c * c)]));
  const { nngp, cov1, cov2 } = kernel(tf.tensor2d([[1, 0]]), points, ['nngp', 'cov1', 'cov2']);
  const after = nngp.div(cov1.mul(cov2!).sqrt()).dataSync();
  return Array.from(after);
}

const { train, test } = await smallDigits(small ? 50 : 150, 14);
const tensors = [train, test].map(({ images: { shape, data } }) =>
  tf.tensor(Float32Array.from(data), [...shape]),
);

const rows: string[][] = [];
for (const [name, layer] of nonlinearities) {
  const { kernel } = stax.serial(stax.Flatten(), stax.Dense(1), layer, stax.Dense(10));
  const gram = (x1: tf.Tensor, x2: tf.Tensor | null) =>
    new Matrix(kernel(x1, x2, 'ntk').arraySync() as number[][]);
  const found = await testAccuracy(gram(tensors[0], null), gram(tensors[1], tensors[0]), train, test);
  const { executor } = await explain(kernel, [14, 14, 1]);
  rows.push([name, ...curve(layer, correlations).map((c) => c.toFixed(3)), percent(found), executor]);
}

console.log(
  `${train.labels.length} training and ${test.labels.length} test digits, 14×14; NTK of one hidden layer\n`,
);
console.log(textTable(['correlation before:', ...correlations.map(String), 'accuracy', 'runs on'], rows));

const before = Array.from({ length: 81 }, (_, i) => i / 40 - 1);
console.log();
await draw(
  'elementwise',
  lineChart(
    nonlinearities.map(([name, layer]) => ({
      name,
      points: curve(layer, before).map((y, i) => ({ x: before[i], y })),
    })),
    {
      title: 'What a nonlinearity does to correlations',
      xTitle: 'correlation of two activations before',
      yTitle: 'after',
      marks: false,
    },
  ),
);
