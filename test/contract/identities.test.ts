import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { gram, stax } from '../../src/index.js';
import type { AnyLayer, Layer } from '../../src/stax/index.js';
import { relativeError } from '../support/compare.js';
import { byEngine, generic, tensorOf } from '../support/compute.js';
import { tolerance } from '../support/tolerance.js';

const { ABRelu, Cos, Erf, Hermite, Identity, LeakyRelu, Monomial, Polynomial, Rbf, RectifiedMonomial, Relu } =
  stax;

/** A network whose second nonlinearity sees what the first one does to variances and to pairs of positions. */
const netOf = (layer: AnyLayer) =>
  stax.serial(
    stax.Conv(1, [2, 1], { wStd: 0.9, bStd: 0.3 }),
    layer as Layer,
    stax.AvgPool([2, 1]),
    stax.Conv(1, [1, 2], { wStd: 0.8, bStd: 0.2 }),
    layer as Layer,
    stax.Flatten(),
    stax.Dense(1),
  );

const x1 = generic([3, 4, 3, 2], 1);
const x2 = generic([2, 4, 3, 2], 2);

describe('nonlinearities that are one function', () => {
  const gamma = 0.3;
  it.each<[string, AnyLayer, AnyLayer]>([
    [
      'Cos is Sin a quarter further',
      Cos({ a: 1.2, b: 0.7, c: 0.4 }),
      stax.Sin({ a: 1.2, b: 0.7, c: 0.4 + Math.PI / 2 }),
    ],
    ['Rbf is a sine', Rbf(gamma), stax.Sin({ a: Math.SQRT2, b: Math.sqrt(2 * gamma), c: Math.PI / 4 })],
    ['Sigmoid_like is an Erf', stax.Sigmoid_like(), Erf({ a: 0.5, b: 1 / 2.4020563531719796, c: 0.5 })],
    ['ABRelu(a, a) is a times the identity', ABRelu(0.7, 0.7), Polynomial([0, 0.7])],
    ['Monomial(1) is the identity', Monomial(1), Identity()],
    ['Hermite(1) is the identity', Hermite(1), Identity()],
    ['RectifiedMonomial(1) is Relu', RectifiedMonomial(1), Relu()],
    ['Monomial(3) is a Polynomial', Monomial(3), Polynomial([0, 0, 0, 1])],
  ])('%s', async (_, one, other) => {
    const [a, b] = [
      await byEngine(netOf(one), x1, x2, 'float64'),
      await byEngine(netOf(other), x1, x2, 'float64'),
    ];
    expect(relativeError(a.nngp, b.nngp)).toBeLessThan(tolerance.f64.rounding);
    expect(relativeError(a.ntk, b.ntk)).toBeLessThan(tolerance.f64.rounding);
    a.gradients.forEach((gradient, side) => {
      expect(relativeError(gradient, b.gradients[side])).toBeLessThan(tolerance.f64.golden);
    });
  });

  // Gaussians are symmetric: f(−x) and −f(x) have the kernel of f(x).
  it.each<[string, AnyLayer, AnyLayer]>([
    ['swapped slopes', ABRelu(-0.4, 1.3), ABRelu(1.3, -0.4)],
    ['slopes of the other sign', ABRelu(-0.4, 1.3), ABRelu(0.4, -1.3)],
    ['LeakyRelu upside down', LeakyRelu(0.2), ABRelu(-0.2, -1)],
    ['Relu on the other side', Relu(), ABRelu(1, 0)],
  ])('a mirrored rectifier has the same kernel: %s', async (_, one, other) => {
    const [a, b] = [
      await byEngine(netOf(one), x1, x2, 'float64'),
      await byEngine(netOf(other), x1, x2, 'float64'),
    ];
    expect(relativeError(a.nngp, b.nngp)).toBeLessThan(tolerance.f64.rounding);
    expect(relativeError(a.ntk, b.ntk)).toBeLessThan(tolerance.f64.rounding);
  });

  it('Sign is twice the step RectifiedMonomial(0), less one', async () => {
    const nngp = async (layer: Layer) => {
      const { kernel } = stax.serial(stax.Flatten(), stax.Dense(1, { bStd: 0.3 }), layer);
      return (await gram(kernel, x1, x2, { get: 'nngp' })).to1DArray();
    };
    const step = (await nngp(RectifiedMonomial(0))).map((entry) => 4 * entry - 1);
    expect(relativeError(await nngp(stax.Sign()), step)).toBeLessThan(tolerance.f64.rounding);
  });

  it('Rbf is exp(−gamma·|x − x′|²)', async () => {
    const [a, b] = [generic([4, 3], 3), generic([5, 3], 4)];
    const { kernel } = stax.serial(stax.Dense(1, { wStd: Math.sqrt(3) }), Rbf(gamma));
    const k = await gram(kernel, a, b, { get: 'nngp' });
    const explicit = Array.from({ length: 20 }, (_, at) => {
      const [i, j] = [Math.floor(at / 5), at % 5];
      const squares = [0, 1, 2].map((c) => (a.data[3 * i + c] - b.data[3 * j + c]) ** 2);
      return Math.exp(-gamma * squares.reduce((sum, square) => sum + square, 0));
    });
    expect(relativeError(k.to1DArray(), explicit)).toBeLessThan(tolerance.f64.rounding);
  });
});

describe('Elementwise of a moment written by hand is the layer with that moment', () => {
  type Moment = (k: tf.Tensor, q1: tf.Tensor, q2: tf.Tensor) => tf.Tensor;
  const sine: Moment = (k, q1, q2) =>
    tf.mul(tf.exp(tf.neg(q1.add(q2).div(2))), k.exp().sub(k.neg().exp()).div(2));
  const erf: Moment = (k, q1, q2) => {
    const norm = tf.sqrt(tf.mul(q1.mul(2).add(1), q2.mul(2).add(1)));
    return tf.asin(k.mul(2).div(norm)).mul(2 / Math.PI);
  };
  const relu: Moment = (k, q1, q2) => {
    const norm = tf.sqrt(tf.mul(q1, q2));
    const cosine = tf.clipByValue(k.div(norm), -1, 1);
    const sin = tf.sqrt(tf.relu(tf.sub(1, cosine.square())));
    return norm.mul(sin.add(cosine.mul(tf.sub(Math.PI, tf.acos(cosine))))).div(2 * Math.PI);
  };

  // 1 − c² of identical points is what rounding leaves of 0: there the hand-written ReLU loses half of the digits.
  it.each<[string, Moment, Layer, tf.Tensor | null]>([
    ['Identity', (k) => k, Polynomial([0, 1]), null],
    ['a constant', () => tf.scalar(0.49), Polynomial([0.7]), null],
    ['Erf', erf, Erf(), null],
    ['Sin', sine, stax.Sin(), null],
    ['Relu', relu, Relu(), tensorOf(x2)],
  ])('%s', (_, nngpFn, layer, other) => {
    const hidden = (phi: AnyLayer) =>
      stax.serial(stax.Conv(1, [2, 1], { wStd: 0.9, bStd: 0.3 }), phi as Layer);
    const x = tensorOf(x1);
    const mine = hidden(stax.Elementwise({ nngpFn })).kernel(x, other);
    const theirs = hidden(layer).kernel(x, other);
    for (const field of ['nngp', 'ntk'] as const) {
      expect(relativeError(mine[field].dataSync(), theirs[field].dataSync())).toBeLessThan(
        tolerance.f32.values,
      );
    }
    expect(mine.shape1).toEqual(theirs.shape1);
  });
});
