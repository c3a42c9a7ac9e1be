import { describe, expect, it } from 'vitest';
import { type Dtype, gram, type NdArray, stax } from '../../../src/index.js';
import type { Layer } from '../../../src/stax/index.js';
import { relativeError } from '../../support/compare.js';
import { tolerance } from '../../support/tolerance.js';

const points = (...rows: number[][]): NdArray<Float64Array> => ({
  shape: [rows.length, rows[0].length],
  data: Float64Array.from(rows.flat()),
});

/** K', and Θ' for the Θ that Dense gives, which is K itself: samples are the Gaussian's covariances' square roots. */
async function dual(layer: Layer, x1: number[], x2: number[], dtype: Dtype = 'float64') {
  const { kernel } = stax.serial(stax.Dense(1, { wStd: Math.sqrt(x1.length) }), layer);
  const { nngp, ntk } = await gram(kernel, points(x1), points(x2), { get: ['nngp', 'ntk'], dtype });
  return { nngp: nngp.get(0, 0), ntk: ntk.get(0, 0) };
}

const [q1, q2, c] = [1.3, 0.7, 0.4];
const left = [Math.sqrt(q1), 0];
const right = [c / Math.sqrt(q1), Math.sqrt(q2 - c ** 2 / q1)];

// Neural Tangents in float64 at q1 = 1.3, q2 = 0.7, K = 0.4: K', D, and K' at K = q1 = q2 = 1.3. RectifiedMonomial's last is
// (2n−1)!!·qⁿ/2, where Neural Tangents has NaN.
const table: [string, Layer, number, number, number][] = [
  ['Sigmoid_like()', stax.Sigmoid_like(), 0.266465306923, 0.041310753494, 0.300271320244],
  ['Gabor()', stax.Gabor(), 0.0129386488429, 0.0411114732676, 0.0687815069397],
  ['Sin()', stax.Sin(), 0.151107336076, 0.397704300018, 0.462863210893],
  ['Sin(2, 0.5, 0.3)', stax.Sin({ a: 2, b: 0.5, c: 0.3 }), 0.558207597155, 0.721156077136, 1.13827405565],
  ['Cos()', stax.Cos(), 0.397704300018, 0.151107336076, 0.537136789107],
  ['Rbf(0.8)', stax.Rbf(0.8), 0.382892885975, 0.61262861756, 1],
  ['Exp()', stax.Exp(), 4.05519996684, 4.05519996684, 13.463738035],
  ['Exp(0.5, 0.25)', stax.Exp({ a: 0.5, b: 0.25 }), 0.272860566111, 0.0170537853819, 0.294112079612],
  ['Gaussian()', stax.Gaussian(), 0.353553390593, 0.0707106781187, 0.401609664451],
  ['Gaussian(2, -0.5)', stax.Gaussian({ a: 2, b: -0.5 }), 2.06559111798, 0.220329719251, 2.10818510678],
  ['ExpNormalized()', stax.ExpNormalized(), 0.533742692688, 0.559514371456, 1.3],
  [
    'ExpNormalized(2, -0.5, true)',
    stax.ExpNormalized({ gamma: 2, shift: -0.5, doClip: true }),
    ...([0.811778734544, 1.70195067639, 3.533766377] as const),
  ],
  ['Sign()', stax.Sign(), 0.275458676635, 0, 1],
  ['Hermite(0)', stax.Hermite(0), 1, 0, 1],
  ['Hermite(1)', stax.Hermite(1), 0.4, 1, 1.3],
  ['Hermite(2)', stax.Hermite(2), 0.16, 0.8, 1.69],
  ['Hermite(3)', stax.Hermite(3), 0.064, 0.48, 2.197],
  ['Hermite(4)', stax.Hermite(4), 0.0256, 0.256, 2.8561],
  ['Monomial(0)', stax.Monomial(0), 1, 0, 1],
  ['Monomial(1)', stax.Monomial(1), 0.4, 1, 1.3],
  ['Monomial(2)', stax.Monomial(2), 1.23, 1.6, 5.07],
  ['Monomial(3)', stax.Monomial(3), 3.66, 11.07, 32.955],
  ['Monomial(4)', stax.Monomial(4), 18.5505, 58.56, 299.8905],
  ['Monomial(5)', stax.Monomial(5), 110.7018, 463.7625, 3508.71885],
  ['RectifiedMonomial(0)', stax.RectifiedMonomial(0), 0.318864669159, 0, 0.5],
  ['RectifiedMonomial(1)', stax.RectifiedMonomial(1), 0.265378091519, 0.318864669159, 0.65],
  ['RectifiedMonomial(2)', stax.RectifiedMonomial(2), 0.557602211692, 1.06151236608, 2.535],
  ['RectifiedMonomial(3)', stax.RectifiedMonomial(3), 1.91133869794, 5.01841990523, 16.4775],
  ['RectifiedMonomial(4)', stax.RectifiedMonomial(4), 9.11556328315, 30.581419167, 149.94525],
  ['Polynomial([1, -2, 0.5])', stax.Polynomial([1, -2, 0.5]), 3.9075, 4.4, 8.7675],
  [
    'Polynomial of degree 5',
    stax.Polynomial([-0.1, 2.1, 0, 0, -1.2, -0.5]),
    ...([43.21297, 170.342025, 1246.7763325] as const),
  ],
  [
    'ElementwiseNumerical(tanh, 25)',
    stax.ElementwiseNumerical('tanh', 25),
    ...([0.150916309728, 0.385319663954, 0.442118333728] as const),
  ],
];

describe.each(table)('%s', (_, layer, nngp, slope, variance) => {
  it.each([
    ['float64', tolerance.f64.printed],
    ['float32', tolerance.f32.golden],
  ] as const)('has the values of Neural Tangents in %s', async (dtype, bound) => {
    const pair = await dual(layer, left, right, dtype);
    const alone = await dual(layer, left, left, dtype);
    expect(relativeError([pair.nngp], [nngp])).toBeLessThan(bound);
    expect(relativeError([pair.ntk / c], [slope])).toBeLessThan(bound);
    expect(relativeError([alone.nngp], [variance])).toBeLessThan(bound);
  });
});

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
        expect((await dual(layer, zero, other)).nngp).toBe(0);
        expect((await dual(layer, other, zero)).nngp).toBe(0);
      }
    }
  });

  it('the others have f(0)·E[f(v)]', async () => {
    const { nngp } = await dual(stax.Gaussian(), zero, right);
    expect(relativeError([nngp], [1 / Math.sqrt(1 + 2 * q2)])).toBeLessThan(tolerance.f64.rounding);
    expect((await dual(stax.Polynomial([2, 1, 3]), zero, right)).nngp).toBeCloseTo(2 * (2 + 3 * q2), 12);
    expect((await dual(stax.RectifiedMonomial(0), zero, right)).nngp).toBe(0.5);
    expect((await dual(stax.RectifiedMonomial(0), zero, zero)).nngp).toBe(1);
    const half = await dual(stax.ElementwiseNumerical('softplus', 9), zero, zero);
    expect(relativeError([half.nngp], [Math.log(2) ** 2])).toBeLessThan(tolerance.f64.rounding);
  });
});

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
