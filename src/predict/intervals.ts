import { type AnyArray, readArray } from '../base/any-array.js';
import { ShapeError } from '../base/errors.js';
import type { NdArray } from '../base/nd-array.js';
import { byDefault, readOptions, rule } from '../base/options.js';
import { erfInvF64 } from '../random/erf-inv.js';
import type { Gaussian } from './posterior.js';

/** Options of {@link predictionIntervals}. */
export interface IntervalOptions {
  /** Share of outputs that an interval is to hold, between 0 and 1; default 0.95. */
  readonly level?: number;
  /** Variance of the noise in labels, added to the covariance's diagonal; default 0: intervals of the function itself. */
  readonly noise?: number;
}

const intervalOptions = {
  level: byDefault(
    0.95,
    rule<number>('must be between 0 and 1', (level) => level > 0 && level < 1, 'Pass e.g. 0.95.'),
  ),
  noise: byDefault(
    0,
    rule<number>('must be at least 0', (noise) => noise >= 0),
  ),
};

/** An interval for each output. */
export interface Intervals {
  readonly lower: NdArray<Float64Array>;
  readonly upper: NdArray<Float64Array>;
  /** Half an interval at one standard deviation, in the means' shape. */
  readonly deviation: NdArray<Float64Array>;
}

/**
 * Intervals that hold outputs with a given probability, by the covariance's diagonal.
 *
 * @param prediction mean `[…t, N, outputs]` and covariance `[…t, N, N]`, of `gpInference` or `gradientDescentMseEnsemble`
 * @throws ShapeError when the covariance is missing or not of the means' samples; RangeError for a level outside 0 … 1, or a
 *   negative noise.
 * @example
 * ```ts
 * import { predictionIntervals } from 'neural-tangents';
 * const mean = { shape: [1, 1], data: Float64Array.of(2) };
 * const covariance = { shape: [1, 1], data: Float64Array.of(0.25) };
 * const { lower, upper } = predictionIntervals({ mean, covariance }, { level: 0.95 });
 * console.log(lower.data[0].toFixed(3), upper.data[0].toFixed(3)); // 1.020 2.980
 * ```
 */
export function predictionIntervals(prediction: Gaussian, options: IntervalOptions = {}): Intervals {
  const where = 'predictionIntervals';
  const { level, noise } = readOptions(where, options, intervalOptions);
  const { mean } = prediction;
  const deviation = { shape: mean.shape, data: deviationsOf(where, prediction, noise) };
  const reach = Math.SQRT2 * erfInvF64(level);
  const at = (sign: number) => ({
    shape: mean.shape,
    data: mean.data.map((value, i) => value + sign * reach * deviation.data[i]),
  });
  return { lower: at(-1), upper: at(1), deviation };
}

/** A level and how many of the outputs were within intervals of it. */
export interface CalibrationPoint {
  readonly level: number;
  readonly observed: number;
}

/**
 * How often intervals of a level hold the outputs that were observed: for a calibrated prediction, as often as the level says.
 *
 * @param y observed outputs in the means' shape
 * @param levels default 0.1, 0.2, …, 0.9
 * @throws as {@link predictionIntervals}; ShapeError when y has another shape than the means.
 * @example
 * ```ts
 * import { calibration } from 'neural-tangents';
 * const mean = { shape: [2, 1], data: Float64Array.of(0, 0) };
 * const covariance = { shape: [2, 2], data: Float64Array.of(1, 0, 0, 1) };
 * const y = { shape: [2, 1], data: Float64Array.of(0.1, 3) };
 * console.log(calibration({ mean, covariance }, y, [0.5])); // [ { level: 0.5, observed: 0.5 } ]
 * ```
 */
export function calibration(
  prediction: Gaussian,
  y: AnyArray,
  levels: readonly number[] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
  noise = 0,
): CalibrationPoint[] {
  const { shape, data } = readArray('calibration', 'y', y);
  if (shape.join() !== prediction.mean.shape.join()) {
    throw new ShapeError(
      `calibration: y needs the shape [${prediction.mean.shape}] of the means, got [${shape}].`,
    );
  }
  return levels.map((level) => {
    const { lower, upper } = predictionIntervals(prediction, { level, noise });
    let inside = 0;
    for (let i = 0; i < data.length; i++) if (lower.data[i] <= data[i] && data[i] <= upper.data[i]) inside++;
    return { level, observed: inside / data.length };
  });
}

function deviationsOf(where: string, { mean, covariance }: Gaussian, noise: number): Float64Array {
  if (!covariance) {
    throw new ShapeError(
      `${where}: needs a covariance. Ask for it with computeCov: true, or with kTestTest.`,
    );
  }
  const [n, outputs] = mean.shape.slice(-2);
  const times = mean.shape.slice(0, -2);
  if (mean.shape.length < 2 || covariance.shape.join() !== [...times, n, n].join()) {
    throw new ShapeError(
      `${where}: needs means […, N, outputs] and a covariance […, N, N], got [${mean.shape}] and [${covariance.shape}].`,
    );
  }
  return Float64Array.from(mean.data, (_, at) => {
    const row = Math.floor(at / outputs);
    const [time, i] = [Math.floor(row / n), row % n];
    return Math.sqrt(Math.max(0, covariance.data[(time * n + i) * n + i]) + noise);
  });
}
