import fc from 'fast-check';
import { expect, it } from 'vitest';
import { stax } from '../../src/index.js';
import type { AnyLayer, Layer } from '../../src/stax/index.js';
import { relativeError } from '../support/compare.js';
import { tolerance } from '../support/tolerance.js';
import { byEngine, byTf, type Computed, generic } from './compute.js';

/** A layer to come, given the number of spatial axes. */
type Block = (axes: number) => AnyLayer[];

const paddings = fc.constantFrom('VALID', 'SAME', 'CIRCULAR');

const weights = fc.record({
  wStd: fc.double({ min: 0.6, max: 1.8, noNaN: true }),
  bStd: fc.constantFrom(0, 0.1, 0.5, undefined),
  parameterization: fc.constantFrom('ntk', 'standard'),
});

/** One entry per axis: the first `axes` of three. */
const perAxis = (max: number) =>
  fc
    .array(fc.integer({ min: 1, max }), { minLength: 3, maxLength: 3 })
    .map((all) => (axes: number) => all.slice(0, axes));

const windowed = fc.record({ window: perAxis(2), strides: perAxis(2), padding: paddings });

const conv: fc.Arbitrary<Block> = fc
  .tuple(windowed, weights)
  .map(([{ window, strides, padding }, options]) => (axes) => [
    stax.Conv(3, window(axes), { ...options, strides: strides(axes), padding } as stax.ConvOptions),
  ]);

const pool: fc.Arbitrary<Block> = fc
  .tuple(windowed, fc.constantFrom('avg', 'sum', 'normalized'))
  .map(([{ window, strides, padding }, kind]) => (axes) => {
    const options = { strides: strides(axes), padding } as stax.SumPoolOptions;
    if (kind === 'sum') return [stax.SumPool(window(axes), options)];
    return [stax.AvgPool(window(axes), { ...options, normalizeEdges: kind === 'normalized' })];
  });

const activation: fc.Arbitrary<Block> = fc
  .constantFrom(
    () => stax.Relu(),
    () => stax.LeakyRelu(0.2),
    () => stax.ABRelu(-0.5, 1.2),
    () => stax.Abs(),
    () => stax.Erf({ a: 0.9, b: 1.2, c: 0.3 }),
    () => stax.Gelu(),
    () => stax.Sin({ a: 1.1, b: 0.6, c: 0.4 }),
    () => stax.Rbf(0.2),
    () => stax.Gaussian({ b: -0.3 }),
    () => stax.Sigmoid_like(),
    () => stax.RectifiedMonomial(1),
    () => stax.Polynomial([0.2, 0.7, 0.1]),
    () => stax.Identity(),
  )
  .map((make) => () => [make()]);

/** A branch that keeps the image's size, next to the identity. */
const residual: fc.Arbitrary<Block> = fc
  .tuple(activation, perAxis(3), weights, fc.constantFrom('SAME', 'CIRCULAR'))
  .map(([phi, window, options, padding]) => (axes) => [
    stax.FanOut(2),
    stax.parallel(
      stax.serial(
        ...(phi(axes) as [Layer]),
        stax.Conv(3, window(axes), { ...options, padding } as stax.ConvOptions),
      ) as Layer,
      stax.Identity(),
    ),
    stax.FanInSum(),
  ]);

/** Weights first, so that every nonlinearity acts on a Gaussian. */
const stage: fc.Arbitrary<Block> = fc
  .tuple(conv, fc.option(residual, { nil: undefined }), activation, fc.option(pool, { nil: undefined }))
  .map((blocks) => (axes) => blocks.flatMap((block) => block?.(axes) ?? []));

const readout: fc.Arbitrary<Block> = fc
  .tuple(
    fc.constantFrom(
      () => stax.Flatten(),
      () => stax.GlobalAvgPool(),
      () => stax.GlobalSumPool(),
    ),
    weights,
  )
  .map(([collapse, options]) => () => [collapse(), stax.Dense(2, options as stax.DenseOptions)]);

const nets = fc
  .record({
    axes: fc.integer({ min: 1, max: 3 }),
    image: fc.array(fc.integer({ min: 3, max: 5 }), { minLength: 3, maxLength: 3 }),
    stages: fc.array(stage, { minLength: 1, maxLength: 2 }),
    readout,
    withItself: fc.boolean(),
  })
  .map(({ axes, image, stages, readout: last, withItself }) => ({
    // Three axes of up to five would be 125² pairs of positions.
    sample: [...image.slice(0, axes).map((size) => (axes === 3 ? Math.min(size, 3) : size)), 3],
    net: stax.serial(...([...stages, last].flatMap((block) => block(axes)) as [Layer])) as Layer,
    withItself,
  }))
  // VALID windows may have eaten the image.
  .filter(({ net, sample }) => {
    try {
      net.outShape(sample);
      return true;
    } catch {
      return false;
    }
  });

it('computes the same by the engine in both precisions and by the tf executor', async () => {
  await fc.assert(
    fc.asyncProperty(nets, async ({ net, sample, withItself }) => {
      const x1 = generic([3, ...sample], 1);
      const x2 = withItself ? null : generic([2, ...sample], 2);
      const exact = await byEngine(net, x1, x2, 'float64');
      expectClose(byTf(net, x1, x2), exact);
      expectClose(await byEngine(net, x1, x2, 'float32'), exact);
    }),
    { numRuns: 60, seed: 20 },
  );
});

function expectClose(actual: Computed, exact: Computed): void {
  expect(relativeError(actual.nngp, exact.nngp)).toBeLessThan(tolerance.f32.values);
  expect(relativeError(actual.ntk, exact.ntk)).toBeLessThan(tolerance.f32.values);
  exact.gradients.forEach((gradient, i) => {
    expect(relativeError(actual.gradients[i], gradient)).toBeLessThan(tolerance.f32.gradients);
  });
}
