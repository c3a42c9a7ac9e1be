import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/base/errors.js';
import { channelStats, standardise, unstandardise } from '../../src/data/index.js';
import { tolerance } from '../support/tolerance.js';

describe('channelStats', () => {
  it('is the mean and the population standard deviation of every channel', () => {
    const images = { shape: [2, 1, 2, 2], data: Uint8Array.of(0, 5, 2, 5, 4, 5, 6, 5) };
    expect(channelStats(images)).toEqual({ mean: [3, 5], std: [Math.sqrt(5), 1] });
  });

  it('keeps its digits over many pixels', () => {
    const [n, side] = [300, 100];
    const data = Uint8Array.from({ length: n * side * side }, (_, i) => (i * i) % 251);
    // Sums of integers below 2^53 are exact.
    const sum = data.reduce((a, x) => a + x, 0);
    const sumOfSquares = data.reduce((a, x) => a + x * x, 0);
    const mean = sum / data.length;
    const std = Math.sqrt((sumOfSquares - sum * mean) / data.length);
    const stats = channelStats({ shape: [n, side, side, 1], data });
    expect(Math.abs(stats.mean[0] / mean - 1)).toBeLessThan(tolerance.f64.rounding);
    expect(Math.abs(stats.std[0] / std - 1)).toBeLessThan(tolerance.f64.rounding);
  });

  it('refuses no pixels, and a shape that is not the data’s', () => {
    expect(() => channelStats({ shape: [0, 2, 2, 1], data: new Float64Array(0) })).toThrow(ShapeError);
    expect(() =>
      channelStats({ shape: [0, 2, 2, 1], data: new Float64Array(0) }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: channelStats: needs at least one pixel, got images of shape [0, 2, 2, 1]. Pass the training images.]`,
    );
    expect(() =>
      channelStats({ shape: [2, 2], data: new Float64Array(3) }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: channelStats: images needs 4 numbers for its shape [2,2], got 3.]`,
    );
  });
});

describe('standardise', () => {
  const pixels = fc.uint8Array({ minLength: 12, maxLength: 60 }).map((data) => {
    const n = Math.floor(data.length / 12);
    return { shape: [n, 2, 2, 3], data: data.slice(0, n * 12) };
  });

  it('gives every channel mean 0 and variance 1, or 0 where it is constant', () => {
    fc.assert(
      fc.property(pixels, (images) => {
        const { mean, std } = channelStats(standardise(images, channelStats(images)));
        for (let c = 0; c < 3; c++) {
          expect(Math.abs(mean[c])).toBeLessThan(tolerance.f64.rounding);
          expect(Math.abs(std[c] - 1)).toBeLessThan(tolerance.f64.rounding);
        }
      }),
    );
  });

  it('is undone by unstandardise, in both float types', () => {
    fc.assert(
      fc.property(pixels, pixels, (train, test) => {
        const stats = channelStats(train);
        for (const [dtype, bound] of [
          ['float64', tolerance.f64.rounding],
          ['float32', tolerance.f32.rounding],
        ] as const) {
          const restored = unstandardise(standardise(test, stats, { dtype }), stats, { dtype });
          expect(restored.shape).toEqual(test.shape);
          restored.data.forEach((x, i) => {
            expect(Math.abs(x - test.data[i]) / 255).toBeLessThan(bound);
          });
        }
      }),
    );
  });

  it('gives the float type asked for', () => {
    const images = { shape: [1, 1], data: Uint8Array.of(7) };
    const stats = channelStats(images);
    expect(standardise(images, stats).data).toEqual(Float64Array.of(0));
    expect(standardise(images, stats, { dtype: 'float32' }).data).toEqual(Float32Array.of(0));
  });

  it('refuses statistics of other channels', () => {
    const images = { shape: [1, 3], data: Float64Array.of(1, 2, 3) };
    expect(() => standardise(images, { mean: [0], std: [1] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: standardise: stats of 1 channels need images of as many, got shape [1, 3]. Fit channelStats on images of the same kind.]`,
    );
    expect(() => unstandardise(images, { mean: [0], std: [1] })).toThrow(ShapeError);
  });
});
