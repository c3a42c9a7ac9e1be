import { describe, expect, it } from 'vitest';
import { targetsOf } from '../../src/distill/evaluate-support.js';
import { eigenBands, evaluateSupport, intrinsicDimension } from '../../src/distill/index.js';
import { random } from '../../src/index.js';
import { kernel, patterns } from './patterns.js';

describe('intrinsicDimension', () => {
  it.each([1, 2, 4])('finds %i dimensions in twelve', (d) => {
    const [n, size] = [1500, 12];
    const { data } = random.uniform(random.key(d), [n * d], { dtype: 'float64' });
    const { data: basis } = random.normal(random.key(9), [d * size], { dtype: 'float64' });
    const points = Float64Array.from({ length: n * size }, (_, at) => {
      const [i, e] = [Math.floor(at / size), at % size];
      return Array.from({ length: d }, (__, k) => data[i * d + k] * basis[k * size + e]).reduce(
        (a, b) => a + b,
        0,
      );
    });
    expect(Math.abs(intrinsicDimension({ shape: [n, size], data: points }) - d) / d).toBeLessThan(0.12);
  });

  it('counts twins once, and refuses too few points', () => {
    const line = Float64Array.from({ length: 50 }, (_, i) => i ** 2);
    const once = intrinsicDimension({ shape: [50, 1], data: line });
    const twice = Float64Array.from([...line, ...line]);
    expect(intrinsicDimension({ shape: [100, 1], data: twice })).toBe(once);
    const same = { shape: [3, 1], data: Float64Array.of(1, 1, 1) };
    expect(() => intrinsicDimension(same)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: intrinsicDimension: needs at least 3 points that differ, got 0. Pass e.g. images [n, h, w, c].]`,
    );
  });
});

describe('eigenBands', () => {
  const test = patterns(90, 3, 5);
  const support = targetsOf(patterns(30, 3));

  it('is the whole regression where there is one band', async () => {
    const [band] = await eigenBands(kernel, support, test, { bands: 1 });
    const { accuracy } = await evaluateSupport(kernel, support, test, { reg: 0 });
    expect(band).toEqual({ from: 0, to: 1, share: expect.closeTo(1, 12), accuracy });
  });

  it('finds natural images accurate in their first band', async () => {
    const bands = await eigenBands(kernel, support, test);
    expect(bands.map(({ from }) => from)).toEqual([0, 0.2, 0.4, 0.6, 0.8]);
    expect(bands.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    for (const band of bands.slice(1)) expect(band.accuracy).toBeLessThan(bands[0].accuracy);
  });

  it('refuses more bands than images', async () => {
    await expect(eigenBands(kernel, support, test, { bands: 31 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RangeError: eigenBands: bands needs a whole number from 1 to the 30 images, got 31.]`,
    );
  });
});
