import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { tfExecutor } from '../../../src/executors/tf/executor.js';
import type { ActivationOp } from '../../../src/program/ops/activation.js';
import type { Program } from '../../../src/program/program.js';
import { tolerance } from '../../support/tolerance.js';

type Fn = Pick<ActivationOp, 'fn' | 'params'>;

const program = ({ fn, params }: Fn): Program => ({
  version: 1,
  rowSize: 0,
  inputSize: 0,
  ops: [
    { op: 'given', inputs: [], shape: [], index: 0 },
    { op: 'activation', inputs: [0], shape: [], fn, params },
  ],
  output: 1,
});

/** nngp', and ntk' for Θ = 1, by K, q1, q2: as scalars that `tf.grads` accepts. */
function dual(fn: Fn, k: tf.Tensor, q1: tf.Tensor, q2: tf.Tensor) {
  const nngp = k.reshape([1, 1]);
  const given = { nngp, ntk: tf.onesLike(nngp), cov1: q1.reshape([1]), cov2: q2.reshape([1]) };
  const result = tfExecutor.evaluate(program(fn), { given: [given] }, ['nngp', 'ntk', 'cov1']);
  return { nngp: result.nngp!.asScalar(), ntk: result.ntk!.asScalar(), cov1: result.cov1!.asScalar() };
}

type Point = readonly [k: number, q1: number, q2: number];

const at = (fn: Fn, field: 'nngp' | 'ntk' | 'cov1', point: Point): number =>
  tf.tidy(() => dual(fn, tf.scalar(point[0]), tf.scalar(point[1]), tf.scalar(point[2]))[field].dataSync()[0]);

const gradient = (fn: Fn, field: 'nngp' | 'ntk', point: Point): number[] =>
  tf.tidy(() =>
    tf
      .grads((k, q1, q2) => dual(fn, k, q1, q2)[field])(point.map((x) => tf.scalar(x)))
      .map((g) => g.dataSync()[0]),
  );

const relu: Fn = { fn: 'abRelu', params: [0, 1] };
const abs: Fn = { fn: 'abRelu', params: [-1, 1] };
const erf: Fn = { fn: 'erf', params: [] };
const gelu: Fn = { fn: 'gelu', params: [] };

// Neural Tangents in float64 at q1 = 1.3, q2 = 0.7, c = 0.4, Θ = 1; the last: nngp at c = q1 = q2 = 1.3.
const golden: [string, Fn, number, number, number][] = [
  ['Relu()', relu, 0.265378091519, 0.318864669159, 0.65],
  ['LeakyRelu(0.1)', { fn: 'abRelu', params: [0.1, 1] }, 0.25495625413, 0.358280382019, 0.6565],
  ['Abs()', abs, 0.661512366076, 0.275458676635, 1.3],
  ['ABRelu(-0.5, 2)', { fn: 'abRelu', params: [-0.5, 2] }, 1.25861307199, 0.992904182242, 2.7625],
  ['Erf()', erf, 0.175479656092, 0.450158158079, 0.513758414526],
  ['Gelu()', gelu, 0.188060676735, 0.324817221804, 0.572555114],
];

it.each(golden)('%s has the moment and the slope of Neural Tangents', (_, fn, nngp, ntk, cov) => {
  const error = Math.max(
    Math.abs(at(fn, 'nngp', [0.4, 1.3, 0.7]) / nngp - 1),
    Math.abs(at(fn, 'ntk', [0.4, 1.3, 0.7]) / ntk - 1),
    Math.abs(at(fn, 'cov1', [0.4, 1.3, 0.7]) / cov - 1),
  );
  expect(error).toBeLessThan(tolerance.f32.rounding);
});

describe.each(golden)('%s', (_, fn) => {
  it.each<[string, Point]>([
    ['identical points', [1.3, 1.3, 1.3]],
    ['antipodal points', [-1.3, 1.3, 1.3]],
    ['parallel points', [2.6, 1.3, 5.2]],
    ['a covariance rounded beyond its bound', [1.3000002, 1.3, 1.3]],
    ['a zero row', [0, 0, 1.3]],
    ['two zero rows', [0, 0, 0]],
  ])('has finite values and gradients for %s', (_name, point) => {
    const numbers = [
      at(fn, 'nngp', point),
      at(fn, 'ntk', point),
      ...gradient(fn, 'nngp', point),
      ...gradient(fn, 'ntk', point),
    ];
    expect(numbers.every(Number.isFinite)).toBe(true);
  });
});

describe('Relu', () => {
  it('gives a zero variance K = 0 and Θ/4', () => {
    expect(at(relu, 'nngp', [0, 0, 2])).toBe(0);
    expect(at(relu, 'ntk', [0, 0, 2])).toBe(0.25);
  });

  it('has exactly half of K and of Θ, and no singular part in its gradient, for identical points', () => {
    expect(at(relu, 'nngp', [0.3, 0.3, 0.3])).toBe(Math.fround(0.3) / 2);
    expect(at(relu, 'ntk', [0.3, 0.3, 0.3])).toBe(0.5);
    expect(gradient(relu, 'nngp', [0.3, 0.3, 0.3])).toEqual([0.5, 0, 0]);
    expect(gradient(relu, 'ntk', [0.3, 0.3, 0.3]).map(Math.abs)).toEqual([0, 0, 0]);
  });

  it.each([1e-30, 1e30])('is homogeneous at scale %d, where products of variances leave float32', (scale) => {
    const scaled: Point = [0.4 * scale, 1.3 * scale, 0.7 * scale];
    const error = Math.max(
      Math.abs(at(relu, 'nngp', scaled) / scale / 0.265378091519 - 1),
      Math.abs(at(relu, 'ntk', scaled) / 0.318864669159 - 1),
    );
    expect(error).toBeLessThan(tolerance.f32.rounding);
  });
});
