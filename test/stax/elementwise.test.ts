import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { gram, random, stax, UnsupportedError } from '../../src/index.js';
import type { AnyLayer, Layer } from '../../src/stax/index.js';
import { relativeError } from '../support/compare.js';
import { tolerance } from '../support/tolerance.js';

const images = (seed: number) => tf.tensor(random.normal(random.key(seed), [3, 4, 3, 2]).data, [3, 4, 3, 2]);

/** A small ConvNet, whose nonlinearity sees covariances between positions too. */
const netOf = (layer: AnyLayer) =>
  stax.serial(
    stax.Conv(4, [2, 2], { wStd: 0.8, bStd: 0.3 }),
    layer as Layer,
    stax.AvgPool([2, 1]),
    stax.Conv(4, [2, 1]),
    layer as Layer,
    stax.Flatten(),
    stax.Dense(1),
  );

/** Kernels and the gradient of their sums, by whichever executor `kernel` picks. */
function compute(layer: AnyLayer, executor?: 'tf') {
  const { kernel } = netOf(layer);
  const [x1, x2] = [images(1), images(2)];
  const { nngp, ntk } = kernel(x1, x2, ['nngp', 'ntk'], executor && { executor });
  const loss = (x: tf.Tensor) => {
    const k = kernel(x, x2, ['nngp', 'ntk'], executor && { executor });
    return k.nngp.sum().add(k.ntk.sum()).asScalar();
  };
  return { nngp: nngp.dataSync(), ntk: ntk.dataSync(), gradient: tf.grad(loss)(x1).dataSync() };
}

function expectSame(actual: AnyLayer, expected: AnyLayer): void {
  const [a, b] = [compute(actual), compute(expected)];
  expect(relativeError(a.nngp, b.nngp)).toBeLessThan(tolerance.f32.values);
  expect(relativeError(a.ntk, b.ntk)).toBeLessThan(tolerance.f32.values);
  expect(relativeError(a.gradient, b.gradient)).toBeLessThan(tolerance.f32.gradients);
}

describe('ElementwiseNumerical', () => {
  const phi = (x: tf.Tensor) => x.div(Math.SQRT2).erf().add(1).div(2);
  const density = (x: tf.Tensor) =>
    x
      .square()
      .div(-2)
      .exp()
      .div(Math.sqrt(2 * Math.PI));
  const bell = (x: tf.Tensor) => x.sigmoid().mul(x.neg().sigmoid());

  it.each([
    ['tanh', (x: tf.Tensor) => x.tanh(), (x: tf.Tensor) => tf.sub(1, x.tanh().square())],
    ['sigmoid', (x: tf.Tensor) => x.sigmoid(), bell],
    ['softplus', (x: tf.Tensor) => x.softplus(), (x: tf.Tensor) => x.sigmoid()],
    ['silu', (x: tf.Tensor) => x.mul(x.sigmoid()), (x: tf.Tensor) => x.sigmoid().add(x.mul(bell(x)))],
    [
      'elu',
      (x: tf.Tensor) => x.relu().add(x.neg().relu().neg().exp()).sub(1),
      (x: tf.Tensor) => x.neg().relu().neg().exp(),
    ],
  ] as const)('has the kernel of %s by its name as by its function', (name, fn, df) => {
    expectSame(stax.ElementwiseNumerical(fn, 8, { df }), stax.ElementwiseNumerical(name, 8));
  });

  it('finds the derivative itself, for values and for gradients of the NNGP', () => {
    const { kernel } = netOf(stax.ElementwiseNumerical((x) => x.tanh(), 7));
    const named = netOf(stax.ElementwiseNumerical('tanh', 7)).kernel;
    const [x, other] = [images(1), images(2)];
    const ntk = relativeError(kernel(x, other, 'ntk').dataSync(), named(x, other, 'ntk').dataSync());
    expect(ntk).toBeLessThan(tolerance.f32.values);
    const slope = (k: typeof kernel) =>
      tf
        .grad((t: tf.Tensor) => k(t, other, 'nngp').sum())(x)
        .dataSync();
    expect(relativeError(slope(kernel), slope(named))).toBeLessThan(tolerance.f32.gradients);
    expect(() =>
      tf.grad((t: tf.Tensor) => kernel(t, other, 'ntk').sum())(x),
    ).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: kernel: gradients of an NTK through a function of one's own need its derivative, got none. Pass df.]`,
    );
  });

  it.each<[string, (x: tf.Tensor) => tf.Tensor, (x: tf.Tensor) => tf.Tensor, AnyLayer]>([
    ['Sin', (x) => x.sin(), (x) => x.cos(), stax.Sin()],
    // At frequency 1 the quadrature's own error, 9e-5 in gradients, would show.
    ['Erf', (x) => x.div(2).erf(), (x) => density(x.div(Math.SQRT2)).mul(Math.SQRT2), stax.Erf({ b: 0.5 })],
    ['Gelu', (x) => x.mul(phi(x)), (x) => phi(x).add(x.mul(density(x))), stax.Gelu()],
  ])('agrees with the closed form of %s', (_name, fn, df, layer) => {
    expectSame(stax.ElementwiseNumerical(fn, 25, { df }), layer);
  });

  it('keeps the sides apart whichever is longer', async () => {
    const { kernel } = stax.serial(stax.Dense(1), stax.ElementwiseNumerical('tanh', 5), stax.Dense(1));
    const [few, many] = [images(1).reshape([9, 8]).slice([0, 0], [2, 8]), images(2).reshape([9, 8])];
    for (const [x1, x2] of [
      [few, many],
      [many, few],
    ] as const) {
      const byTensors = kernel(x1, x2, 'nngp').dataSync();
      const matrix = await gram(kernel, x1, x2, { get: 'nngp' });
      expect(relativeError(byTensors, matrix.to1DArray())).toBeLessThan(tolerance.f32.rounding);
    }
  });
});

describe('Elementwise', () => {
  const square = (x: tf.Tensor) => x.square();
  const moment = (k: tf.Tensor, q1: tf.Tensor, q2: tf.Tensor) => k.square().mul(2).add(q1.mul(q2));

  it('has the kernel of its functions, with the derivative given or found', () => {
    const x = images(1);
    const [found, given] = [stax.Elementwise({ fn: square, nngpFn: moment }), stax.Monomial(2)].map((layer) =>
      netOf(layer).kernel(x, null, 'ntk').dataSync(),
    );
    expect(relativeError(found, given)).toBeLessThan(tolerance.f32.values);
    expectSame(stax.Elementwise({ nngpFn: moment, dNngpFn: (k) => k.mul(4) }), stax.Monomial(2));
  });

  it('takes a moment that does not depend on the variances', () => {
    const cube = stax.Elementwise({ nngpFn: (k) => k.mul(k).mul(k), dNngpFn: (k) => k.mul(k).mul(3) });
    expectSame(cube, stax.Hermite(3));
  });

  it('runs its finite function', () => {
    const x = tf.tensor2d([[1, -2]]);
    expect([...stax.Elementwise({ fn: square }).apply([], x).dataSync()]).toEqual([1, 4]);
  });
});

describe('what is not there', () => {
  const own = stax.serial(stax.Dense(1), stax.Elementwise({ nngpFn: (k) => k }));
  const x = tf.ones([2, 3]);

  it("one's own functions run in gram by tfjs, in float32, and not on the engine", async () => {
    await expect(gram(own.kernel, x, null, { get: 'nngp' })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: gram: functions of one's own, and images of more than three axes, are computed in float32 alone. Pass dtype 'float32'.]`,
    );
    const k = await gram(own.kernel, x, null, { get: 'nngp', dtype: 'float32' });
    expect(k.to1DArray()).toEqual([...own.kernel(x, null, 'nngp').dataSync()]);
    expect(() => own.kernel(x, null, 'nngp', { executor: 'engine' })).toThrow(UnsupportedError);
  });

  it.each<[string, () => unknown]>([
    ['ExpNormalized has no apply', () => stax.ExpNormalized().apply([], x)],
    ['Elementwise without fn has no apply', () => stax.Elementwise({ nngpFn: (k) => k }).apply([], x)],
    [
      'Elementwise without nngpFn has no kernel',
      () => stax.serial(stax.Dense(1), stax.Elementwise({ fn: (t) => t })).kernel(x, null, 'nngp'),
    ],
  ])('%s', (_, call) => {
    expect(call).toThrow(UnsupportedError);
  });

  it('bad arguments are refused by name', () => {
    const message = (make: () => unknown): string => {
      try {
        make();
        return 'no error';
      } catch (error) {
        return `${(error as Error).name}: ${(error as Error).message}`;
      }
    };
    expect(
      [
        () => stax.Elementwise({}),
        () => stax.Elementwise({ fn: 'tanh' as never }),
        () => stax.ElementwiseNumerical('tan' as never, 5),
        () => stax.ElementwiseNumerical(3 as never, 5),
        () => stax.ElementwiseNumerical('tanh', 0),
        () => stax.ElementwiseNumerical('tanh', 5, { dF: 1 } as never),
        () => stax.Monomial(-1),
        () => stax.RectifiedMonomial(1.5),
        () => stax.Hermite(Number.NaN),
        () => stax.Polynomial(3 as never),
        () => stax.Polynomial([1, Number.POSITIVE_INFINITY]),
        () => stax.Rbf(-1),
        () => stax.ExpNormalized({ gamma: -2 }),
        () => stax.Sin({ a: Number.NaN }),
      ].map(message),
    ).toMatchInlineSnapshot(`
      [
        "TypeError: Elementwise: needs fn, nngpFn or both, got neither. Pass e.g. { fn: (x) => x.tanh() }.",
        "TypeError: Elementwise: fn must be a function, got string.",
        "RangeError: ElementwiseNumerical: fn must be one of tanh, sigmoid, softplus, silu, elu, or a function, got 'tan'.",
        "TypeError: ElementwiseNumerical: fn must be a name or a function on tensors, got number.",
        "ShapeError: ElementwiseNumerical: deg must be a positive integer, got 0.",
        "UnsupportedError: ElementwiseNumerical: has no option dF. Its options are df, ofNumbers.",
        "RangeError: Monomial: degree must be a whole number of at least 0, got -1.",
        "RangeError: RectifiedMonomial: degree must be a whole number of at least 0, got 1.5.",
        "RangeError: Hermite: degree must be a whole number of at least 0, got NaN.",
        "TypeError: Polynomial: coefficients must be a list of numbers, got number. Pass e.g. [0, 1, 0.5].",
        "RangeError: Polynomial: coefficients[1] must be a finite number, got Infinity.",
        "RangeError: Rbf: gamma must be at least 0, got -1.",
        "RangeError: ExpNormalized: gamma must be at least 0, got -2.",
        "RangeError: Sin: a must be a finite number, got NaN.",
      ]
    `);
  });
});
