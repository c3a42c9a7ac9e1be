import { readFileSync } from 'node:fs';
import type * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import {
  empiricalKernel,
  empiricalNtkVp,
  linearize,
  monteCarloKernel,
  random,
  taylorExpand,
} from '../../src/index.js';
import { tolerance } from '../support/tolerance.js';
import { error, type FixtureArray, filled, nets, parametersOf, sines } from './nets.js';

interface Fixtures {
  readonly kernels: readonly {
    readonly net: string;
    readonly traceAxes: number[];
    readonly diagonalAxes: number[];
    readonly x2: boolean;
    readonly nngp: FixtureArray;
    readonly ntk: FixtureArray;
  }[];
  readonly expansions: readonly {
    readonly net: string;
    readonly product: FixtureArray;
    readonly linearize: FixtureArray;
    readonly taylor: readonly FixtureArray[];
  }[];
  readonly monteCarlo: { readonly nngp: FixtureArray; readonly ntk: FixtureArray };
}

const path = new URL('../fixtures/finite/finite.json', import.meta.url);
const fixtures = JSON.parse(readFileSync(path, 'utf8')) as Fixtures;

function expectClose(
  actual: tf.Tensor | { shape: readonly number[]; data: Float64Array },
  expected: FixtureArray,
) {
  expect(actual.shape).toEqual(expected.shape);
  const data =
    'data' in actual && typeof actual.data !== 'function' ? actual.data : (actual as tf.Tensor).dataSync();
  expect(error(data, expected.data)).toBeLessThan(tolerance.f32.golden);
}

describe.each(fixtures.kernels)('$net, trace $traceAxes, diagonal $diagonalAxes, x2 $x2', (fixture) => {
  const { layer, sample } = nets[fixture.net];
  const params = parametersOf(fixture.net);
  const x1 = sines([3, ...sample], 0.3);
  const x2 = fixture.x2 ? sines([3, ...sample], 2.1) : null;
  const options = {
    get: ['nngp', 'ntk'],
    traceAxes: fixture.traceAxes,
    diagonalAxes: fixture.diagonalAxes,
  } as const;

  it.each([
    { implementation: 'JACOBIAN_CONTRACTION' },
    { implementation: 'JACOBIAN_CONTRACTION', vmapAxes: null },
    { implementation: 'JACOBIAN_CONTRACTION', batchSize: 2 },
    { implementation: 'NTK_VECTOR_PRODUCTS' },
    { implementation: 'NTK_VECTOR_PRODUCTS', vmapAxes: null, batchSize: 1 },
  ] as const)('is as in Neural Tangents: %o', async (how) => {
    const kernel = await empiricalKernel(layer.apply, params, x1, x2, { ...options, ...how });
    expectClose(kernel.nngp, fixture.nngp);
    expectClose(kernel.ntk, fixture.ntk);
  });
});

describe.each(fixtures.expansions)('$net', (fixture) => {
  const { layer, sample } = nets[fixture.net];
  const params = parametersOf(fixture.net);
  const [x1, x2] = [sines([3, ...sample], 0.3), sines([3, ...sample], 2.1)];
  const moved = filled(params, 1.2, 0.8);

  it('has the NTK-vector product of Neural Tangents', () => {
    const v = sines(layer.apply(params, x2).shape, 0.4);
    expectClose(empiricalNtkVp(layer.apply, params, x1, x2)(v), fixture.product);
  });

  it('has the linearization of Neural Tangents', () => {
    expectClose(linearize(layer.apply, params)(moved, x1), fixture.linearize);
  });

  it.each(fixture.taylor.map((expected, degree) => [degree, expected] as const))(
    'has the Taylor expansion of degree %i of Neural Tangents',
    (degree, expected) => {
      expectClose(taylorExpand(layer.apply, params, degree)(moved, x1), expected);
    },
  );
});

describe('Monte Carlo', () => {
  it('averages the networks that Neural Tangents draws from the same key', async () => {
    const { layer, sample } = nets.dense;
    const x = sines([3, ...sample], 0.3);
    const options = { get: ['nngp', 'ntk'], key: random.key(5), draws: 7 } as const;
    const { nngp, ntk } = await monteCarloKernel(layer, x, null, options);
    expectClose(nngp.mean, fixtures.monteCarlo.nngp);
    expectClose(ntk.mean, fixtures.monteCarlo.ntk);
  });
});
