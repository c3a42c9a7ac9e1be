import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/base/errors.js';
import { calibration, predictionIntervals } from '../../src/predict/index.js';
import { key } from '../../src/random/key.js';
import { normal } from '../../src/random/normal.js';

const mean = { shape: [2, 2, 1], data: Float64Array.of(0, 1, 2, 3) };
const covariance = { shape: [2, 2, 2], data: Float64Array.of(1, 0.5, 0.5, 4, 9, 0, 0, 0) };

describe('predictionIntervals', () => {
  it('reaches as far as the normal distribution says, at every time', () => {
    const { lower, upper, deviation } = predictionIntervals({ mean, covariance }, { level: 0.95 });
    expect(deviation.data).toEqual(Float64Array.of(1, 2, 3, 0));
    for (let i = 0; i < 4; i++) {
      expect(upper.data[i]).toBeCloseTo(mean.data[i] + 1.959963984540054 * deviation.data[i], 12);
      expect(lower.data[i]).toBeCloseTo(mean.data[i] - 1.959963984540054 * deviation.data[i], 12);
    }
  });

  it('adds the noise of labels', () => {
    const { deviation } = predictionIntervals({ mean, covariance }, { noise: 0.44 });
    expect(deviation.data[0]).toBe(1.2);
  });

  it('refuses what has no covariance of its samples', () => {
    expect(() => predictionIntervals({ mean, covariance: null })).toThrow(ShapeError);
    expect(() => predictionIntervals({ mean, covariance: mean })).toThrow('[…, N, N]');
    expect(() => predictionIntervals({ mean, covariance }, { level: 1 })).toThrow(RangeError);
    expect(() => predictionIntervals({ mean, covariance }, { noise: -1 })).toThrow(RangeError);
  });
});

it('finds normal outputs within intervals as often as these say', () => {
  const n = 4000;
  const levels = [0.2, 0.5, 0.9];
  // Samples of a variance of 4, by themselves: each is a time of one sample.
  const one = {
    mean: { shape: [n, 1, 1], data: new Float64Array(n) },
    covariance: { shape: [n, 1, 1], data: new Float64Array(n).fill(4) },
  };
  const y = { shape: [n, 1, 1], data: normal(key(5), [n]).data.map((value) => 2 * value) };
  for (const { level, observed } of calibration(one, y, levels)) {
    expect(Math.abs(observed - level)).toBeLessThan(4 * Math.sqrt((level * (1 - level)) / n));
  }
  expect(() => calibration(one, mean)).toThrow(ShapeError);
});
