import { describe, expect, it } from 'vitest';
import {
  encodeNpz,
  fitPreprocessing,
  type NdArray,
  parseNpz,
  preprocessingOf,
  random,
} from '../../src/index.js';
import fixtures from '../fixtures/preprocessing/preprocessing.json' with { type: 'json' };
import { relativeError } from '../support/compare.js';
import { refusal } from '../support/refusals.js';
import { tolerance } from '../support/tolerance.js';

const pixels = (data: readonly number[]) => ({
  shape: [data.length / 18, 3, 3, 2],
  data: Uint8Array.from(data),
});
const wrong = (value: unknown) => value as never;

/** Xᵀ X / n of flattened images. */
function covariance({ shape, data }: NdArray): number[][] {
  const n = shape[0];
  const d = data.length / n;
  return Array.from({ length: d }, (_, i) =>
    Array.from({ length: d }, (_, j) => {
      let sum = 0;
      for (let row = 0; row < n; row++) sum += data[row * d + i] * data[row * d + j];
      return sum / n;
    }),
  );
}

describe('preprocessing', () => {
  it.each(fixtures)('has the numbers of numpy: normalise $normalise, zca $zca', async (fixture) => {
    const { normalise, zca } = fixture;
    const { transform } = await fitPreprocessing(pixels(fixture.train), {
      normalise,
      zca: zca as number | false,
    });
    const { shape, data } = await transform(pixels(fixture.test));
    expect(shape).toEqual([4, 3, 3, 2]);
    expect(relativeError(data, fixture.expected)).toBeLessThan(tolerance.f64.rounding);
  });

  it('whitens: the covariance of whitened images is C/(C + r·I)', async () => {
    const images = random.normal(random.key(1), [60, 2, 2, 3], { dtype: 'float64' });
    const { transform } = await fitPreprocessing(images, { zca: 1e-9 });
    covariance(await transform(images)).forEach((row, i) => {
      row.forEach((entry, j) => {
        expect(Math.abs(entry - Number(i === j))).toBeLessThan(1e-7);
      });
    });
  });

  it('is symmetric: x W · y = x · y W', async () => {
    const images = random.normal(random.key(2), [40, 2, 2, 2], { dtype: 'float64' });
    const { transform } = await fitPreprocessing(images, { standardise: false, zca: 0.1 });
    const unit = {
      shape: [8, 2, 2, 2],
      data: Float64Array.from({ length: 64 }, (_, at) => Number(at % 9 === 0)),
    };
    const w = (await transform(unit)).data;
    for (let i = 0; i < 8; i++) {
      for (let j = 0; j < 8; j++) expect(Math.abs(w[i * 8 + j] - w[j * 8 + i])).toBeLessThan(1e-14);
    }
  });

  it.each([10, 60])('inverse undoes transform, of %i images in 12 dimensions', async (n) => {
    const images = random.uniform(random.key(3), [n, 2, 2, 3], { maxval: 255, dtype: 'float64' });
    const { transform, inverse } = await fitPreprocessing(images, { zca: 0.1 });
    const back = await inverse(await transform(images));
    expect(relativeError(back.data, images.data)).toBeLessThan(tolerance.f64.rounding);
  });

  it('is the same to the bit from a saved state, across blocks, and rounds once to float32', async () => {
    const images = random.normal(random.key(4), [1500, 2, 2, 1], { dtype: 'float64' });
    const fitted = await fitPreprocessing(images, { normalise: true, zca: 0.1 });
    const again = preprocessingOf(parseNpz(encodeNpz(fitted.state)));
    const x = await fitted.transform(images);
    expect((await again.transform(images)).data).toEqual(x.data);
    expect((await again.transform(images, { dtype: 'float32' })).data).toEqual(Float32Array.from(x.data));
    const last = { shape: [1, 2, 2, 1], data: images.data.slice(-4) };
    expect((await fitted.transform(last)).data).toEqual(x.data.slice(-4));
    expect((await again.inverse(x)).data).toEqual((await fitted.inverse(x)).data);
  });

  it('normalises images to mean 0 and norm 1, constant ones to 0', async () => {
    const images = { shape: [2, 1, 2, 1], data: Float64Array.of(3, 7, 5, 5) };
    const { transform } = await fitPreprocessing(images, { standardise: false, normalise: true });
    const { data } = await transform(images);
    [-Math.SQRT1_2, Math.SQRT1_2, 0, 0].forEach((value, i) => {
      expect(data[i]).toBeCloseTo(value, 15);
    });
  });

  it('names what it does not take', async () => {
    const images = random.normal(random.key(5), [4, 2, 2, 1], { dtype: 'float64' });
    const fitted = await fitPreprocessing(images);
    const whitened = await fitPreprocessing(images, { zca: 0.1 });
    const calls: (() => unknown)[] = [
      () => fitPreprocessing(wrong(images.data)),
      () => fitPreprocessing({ shape: [0, 2], data: new Float64Array(0) }),
      () => fitPreprocessing({ shape: [1, 2], data: Float64Array.of(1, Number.NaN) }),
      () => fitPreprocessing(images, { zca: -1 }),
      () => fitPreprocessing(images, { zca: wrong(true) }),
      () => fitPreprocessing({ shape: [3, 2], data: Float64Array.of(1, 1, 2, 2, 3, 3) }, { zca: 0 }),
      () => fitPreprocessing(images, wrong({ whiten: true })),
      () => preprocessingOf({ mean: images }),
      () => fitted.transform({ shape: [1, 2, 2, 3], data: new Float64Array(12) }),
      () => whitened.transform({ shape: [1, 3, 3, 1], data: new Float64Array(9) }),
      () => whitened.inverse(wrong({ images })),
    ];
    const said: string[] = [];
    for (const call of calls) said.push(await refusal(call));
    expect(said).toMatchInlineSnapshot(`
      [
        "TypeError: fitPreprocessing: images must be { shape, data }, a Matrix or a tensor, got a bare Float64Array. Say its shape too: { shape: [n, d], data }.",
        "ShapeError: fitPreprocessing: images need a shape [n, …, c] and at least one number, got [0,2]. Pass the training images.",
        "NonFiniteError: fitPreprocessing: images must be finite, got NaN at entry 1. Clean the data first.",
        "RangeError: fitPreprocessing: zca needs a ridge of at least 0, or false, got -1. Pass e.g. 0.1.",
        "RangeError: fitPreprocessing: zca needs a ridge of at least 0, or false, got true. Pass e.g. 0.1.",
        "NotPositiveDefiniteError: fitPreprocessing: images do not vary in all directions, so ZCA needs a larger ridge than 0. Pass e.g. zca: 0.1.",
        "UnsupportedError: fitPreprocessing: has no option whiten. Its options are standardise, normalise, zca, signal.",
        "ShapeError: preprocessingOf: the state needs std, got mean. Pass the state of fitPreprocessing.",
        "ShapeError: transform: images must have 1 channels each, as those of the fit, got shape [1,2,2,3].",
        "ShapeError: transform: images must have 4 numbers each, as those of the fit, got shape [1,3,3,1].",
        "TypeError: inverse: images must be { shape, data }, a Matrix or a tensor, got an object with images. Pass its images.",
      ]
    `);
  });
});
