import * as tf from '@tensorflow/tfjs';
import { Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { explain, gram, gramVjp, kip, stax } from '../../src/index.js';
import { relativeError } from '../support/compare.js';
import { generic } from '../support/compute.js';
import { along, derivative, slopeAlong } from '../support/differences.js';

const { serial, Conv, Dense, ElementwiseNumerical, Flatten, LayerNorm, Polynomial, Relu } = stax;

const fields = ['nngp', 'ntk'] as const;
const cubic = (x: number) => 0.3 - 0.5 * x + 0.4 * x ** 2 + 0.1 * x ** 3;
const byTensor = (x: tf.Tensor) =>
  tf.addN([tf.mul(x, -0.5), tf.mul(x.square(), 0.4), tf.mul(x.pow(3), 0.1)]).add(0.3);

const image = (layer: stax.Layer) =>
  serial(
    Conv(4, [2, 2], { wStd: 0.9, bStd: 0.3 }),
    layer,
    Conv(4, [2, 2], { wStd: 0.8 }),
    Relu(),
    Flatten(),
    Dense(1),
  );
const flat = (layer: stax.Layer) => serial(Dense(4, { wStd: 0.9, bStd: 0.3 }), layer, Dense(1));

describe.each([
  ['flat', [3], flat],
  ['images', [4, 3, 2], image],
] as const)('functions of numbers on %s', (_, sample, network) => {
  const [x1, x2] = [generic([3, ...sample], 1), generic([4, ...sample], 2)];

  it.each([x2, null])('a polynomial has the kernel that is known in closed form', async (other) => {
    const own = network(ElementwiseNumerical(byTensor, 6, { ofNumbers: cubic }));
    const known = network(Polynomial([0.3, -0.5, 0.4, 0.1]));
    const one = await gram(own.kernel, x1, other, { get: fields });
    const two = await gram(known.kernel, x1, other, { get: fields });
    const cotangent = Matrix.from1DArray(3, other ? 4 : 3, [...generic([3, other ? 4 : 3], 3).data]);
    for (const field of fields) {
      expect(relativeError(one[field].to1DArray(), two[field].to1DArray())).toBeLessThan(1e-12);
      const g = await gramVjp(own.kernel, x1, other, { [field]: cotangent });
      const h = await gramVjp(known.kernel, x1, other, { [field]: cotangent });
      expect(relativeError(g.x1.data, h.x1.data)).toBeLessThan(1e-11);
    }
  });

  it('any function has the kernel by quadrature, and its gradient is that of differences', async () => {
    const ofNumbers = (x: number) => Math.log1p(Math.exp(x));
    const own = network(ElementwiseNumerical(tf.softplus, 60, { ofNumbers }));
    const named = network(ElementwiseNumerical('softplus', 60));
    const one = await gram(own.kernel, x1, x2, { get: fields });
    const two = await gram(named.kernel, x1, x2, { get: fields });
    for (const field of fields)
      expect(relativeError(one[field].to1DArray(), two[field].to1DArray())).toBeLessThan(1e-9);
    const cotangent = Matrix.from1DArray(3, 4, [...generic([3, 4], 3).data]);
    const { x1: gradient } = await gramVjp(own.kernel, x1, x2, { ntk: cotangent });
    const direction = generic(x1.shape, 5).data;
    const slope = await derivative(async (t) =>
      Matrix.mul(await gram(own.kernel, along(x1, direction, t), x2, { get: 'ntk' }), cotangent).sum(),
    );
    expect(slopeAlong(gradient.data, direction)).toBeCloseTo(slope, 8);
  });
});

describe('a function of numbers', () => {
  const tanh = ElementwiseNumerical(tf.tanh, 40, { ofNumbers: Math.tanh });

  it('has the values of the tf executor', () => {
    const x = tf.tensor(Float32Array.from(generic([3, 2]).data), [3, 2]);
    const { kernel } = flat(tanh);
    for (const field of fields) {
      const engine = kernel(x, null, field, { executor: 'engine' }).dataSync();
      const byTf = kernel(x, null, field, { executor: 'tf' }).dataSync();
      expect(relativeError(engine, byTf)).toBeLessThan(1e-5);
    }
  });

  it('has a kernel of samples of zeros, of small and of large numbers', async () => {
    const { kernel } = serial(Dense(4), tanh, Dense(1));
    const x = { shape: [4, 1], data: Float64Array.of(0, 1e-8, 1e-3, 30) };
    const nngp = await gram(kernel, x, null, { get: 'nngp' });
    const ntk = await gram(kernel, x, null, { get: 'ntk' });
    expect(nngp.get(0, 0)).toBe(0);
    // tanh is the identity near 0, and a sign far from it.
    expect(nngp.get(1, 1) / 1e-16).toBeCloseTo(1, 4);
    expect(ntk.get(2, 2) / 2e-6).toBeCloseTo(1, 4);
    expect(nngp.get(3, 3)).toBeGreaterThan(0.9);
  });

  it('is distilled with, and said to run on the calling thread', async () => {
    const train = {
      images: generic([12, 3]),
      labels: Int32Array.from({ length: 12 }, (_, i) => i % 2),
      numClasses: 2,
    };
    const { kernel } = serial(Dense(4), LayerNorm(), tanh, Dense(1));
    const learned = await kip(kernel, train, { supportSize: 2, steps: 3 });
    expect(learned.history[2].loss).toBeLessThan(learned.history[0].loss);
    const { text, executor } = await explain(kernel, [3]);
    expect(executor).toBe('engine');
    expect(text).toMatch(/a function of your own by 40 moments/);
    expect(text).toMatch(/on the calling thread, in float64/);
  });

  it('must be one', () => {
    const make = (ofNumbers: unknown) => () =>
      ElementwiseNumerical(tf.tanh, 10, { ofNumbers: ofNumbers as Math['tanh'] });
    expect(make(3)).toThrow(/function of a number that returns a number, got 3/);
    expect(make(() => 'x')).toThrow(/returns a number, got a function/);
  });
});
