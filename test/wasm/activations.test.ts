import { describe, expect, it } from 'vitest';
import { gram, type NdArray, stax } from '../../src/index.js';
import type { Layer } from '../../src/stax/index.js';
import { relativeError } from '../support/compare.js';
import { tolerance } from '../support/tolerance.js';

const points = (...rows: number[][]): NdArray<Float64Array> => ({
  shape: [rows.length, rows[0].length],
  data: Float64Array.from(rows.flat()),
});

/** K' where the variances before the nonlinearity are |x1|² and |x2|². */
async function momentOf(layer: Layer, x1: number[], x2: number[]): Promise<number> {
  const { kernel } = stax.serial(stax.Dense(1, { wStd: Math.sqrt(x1.length) }), layer);
  return (await gram(kernel, points(x1), points(x2), { get: 'nngp' })).get(0, 0);
}

const q2 = 0.58;
const right = [0.3, 0.7];

describe('at zero inputs', () => {
  const zero = [0, 0];

  it('a function of value 0 there has K = 0', async () => {
    const odd = [
      stax.Sin(),
      stax.Gabor(),
      stax.Sign(),
      stax.Monomial(3),
      stax.ExpNormalized(),
      stax.Hermite(2),
    ];
    for (const layer of [...odd, stax.RectifiedMonomial(2), stax.ElementwiseNumerical('tanh', 9)]) {
      for (const other of [zero, right]) {
        expect(await momentOf(layer, zero, other)).toBe(0);
        expect(await momentOf(layer, other, zero)).toBe(0);
      }
    }
  });

  it('the others have f(0)·E[f(v)]', async () => {
    const gaussian = await momentOf(stax.Gaussian(), zero, right);
    expect(relativeError([gaussian], [1 / Math.sqrt(1 + 2 * q2)])).toBeLessThan(tolerance.f64.rounding);
    expect(await momentOf(stax.Polynomial([2, 1, 3]), zero, right)).toBeCloseTo(2 * (2 + 3 * q2), 12);
    expect(await momentOf(stax.RectifiedMonomial(0), zero, right)).toBe(0.5);
    expect(await momentOf(stax.RectifiedMonomial(0), zero, zero)).toBe(1);
    const softplus = await momentOf(stax.ElementwiseNumerical('softplus', 9), zero, zero);
    expect(relativeError([softplus], [Math.log(2) ** 2])).toBeLessThan(tolerance.f64.rounding);
  });
});

it.each(['float64', 'float32'] as const)(
  'zero variances are at right angles to all others in %s',
  async (dtype) => {
    // Θ = 1 + K before the rectifier, and a quarter of it after: (a² + b²)/2 − (a − b)²/4 with slopes 0 and 1.
    const weights = stax.Dense(1, { parameterization: 'standard', bStd: 0 });
    const { kernel } = stax.serial(weights, stax.Relu());
    const ntk = await gram(kernel, points([0, 0]), points([0, 0], [1, 2]), { get: 'ntk', dtype });
    for (const entry of ntk.to1DArray()) expect(entry).toBeCloseTo(0.25, 6);
  },
);

describe('elementary functions', () => {
  /** Points b with b²/2 up to `largest`, dense near 0. */
  const grid = (largest: number) =>
    Array.from({ length: 400 }, (_, i) => Math.sqrt(2 * largest) * (i / 400) ** 2 + 1e-9);

  it.each([
    ['float64', tolerance.f64.ulps, 700],
    ['float32', tolerance.f32.ulps, 80],
  ] as const)('e^x is right to a few units in the last place in %s', async (dtype, bound, largest) => {
    // Beside a zero sample the exponent is ±b²/2 alone; e^(b²/2) may be infinite where it is squared.
    const rows = points(...grid(largest).map((b) => [Math.fround(b)]));
    const exponents = [...rows.data].map((b) => (dtype === 'float32' ? Math.fround(b * b) : b * b) / 2);
    for (const [layer, sign] of [
      [stax.Exp(), 1],
      [stax.Rbf(0.5), -1],
    ] as const) {
      const { kernel } = stax.serial(stax.Dense(1), layer);
      const k = await gram(kernel, points([0]), rows, { get: 'nngp', dtype });
      const errors = exponents.map((x, i) => Math.abs(k.get(0, i) / Math.exp(sign * x) - 1));
      expect(Math.max(...errors)).toBeLessThan(bound);
    }
  });

  it('e^x leaves the range at 0 and infinity', async () => {
    const { kernel } = stax.serial(stax.Dense(1), stax.Rbf(0.5));
    const k = await gram(kernel, points([0]), points([38.5], [39], [1e9]), { get: 'nngp' });
    expect(k.get(0, 0) / Math.exp(-0.5 * 38.5 ** 2)).toBeCloseTo(1, 2);
    expect([k.get(0, 1), k.get(0, 2)]).toEqual([0, 0]);
    const large = gram(stax.serial(stax.Dense(1), stax.Exp()).kernel, points([0]), points([38]), {
      get: 'nngp',
    });
    await expect(large).rejects.toThrow('Infinity');
  });

  const functions = {
    tanh: Math.tanh,
    sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
    softplus: (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    silu: (x: number) => x / (1 + Math.exp(-x)),
    elu: (x: number) => (x < 0 ? Math.expm1(x) : x),
  };

  it.each(Object.entries(functions))('%s is right to a few units in the last place', async (name, f) => {
    // With two nodes, ±√½, and identical samples b: K' = (f(b)² + f(−b)²)/2.
    const layer = stax.ElementwiseNumerical(name as keyof typeof functions, 2);
    const { kernel } = stax.serial(stax.Dense(1), layer);
    for (const b of grid(200)) {
      const expected = (f(b) ** 2 + f(-b) ** 2) / 2;
      const k = await gram(kernel, points([b]), null, { get: 'nngp', threads: 1 });
      expect(relativeError([k.get(0, 0)], [expected])).toBeLessThan(tolerance.f64.elementary);
    }
  });
});
