import type { AnyArray } from '../base/any-array.js';
import { readArray } from '../base/any-array.js';
import { checkOptions } from '../base/check-options.js';
import { ShapeError } from '../base/errors.js';
import { type WorkOptions, workOptionNames } from '../base/work-options.js';
import { OutputAxes } from './output-axes.js';
import { Work } from './work.js';

/** Options of {@link maxLearningRate}. */
export interface MaxLearningRateOptions extends WorkOptions {
  /** Entries of the targets; default: rows of the kernel's matrix, right for one output. */
  readonly yTrainSize?: number;
  /** Momentum of gradient descent, from 0 (default) to below 1. */
  readonly momentum?: number;
  /** Added to the largest eigenvalue; default 1e-12. */
  readonly eps?: number;
}

/**
 * The learning rate above which full-batch gradient descent on ½·mean((f − y)²) diverges: 2(1 + momentum)·M/λ_max, for M entries
 * of the targets.
 *
 * @param ntkTrainTrain NTK `[n, n]` of the training inputs, or `[n, n, h, h, …]`
 * @throws ShapeError, NonFiniteError, RangeError, UnsupportedError for arguments that do not fit.
 * @remarks The eigenvalues alone: 4/3·n³ operations, off the calling thread.
 * @example
 * ```ts
 * import { maxLearningRate } from 'neural-tangents';
 * const ntk = { shape: [2, 2], data: Float64Array.of(2, 1, 1, 2) };
 * console.log((await maxLearningRate(ntk)).toFixed(6)); // 1.333333
 * ```
 */
export async function maxLearningRate(
  ntkTrainTrain: AnyArray,
  options: MaxLearningRateOptions = {},
): Promise<number> {
  const where = 'maxLearningRate';
  checkOptions(where, options, ['yTrainSize', 'momentum', 'eps', ...workOptionNames]);
  const { shape } = readArray(where, 'ntkTrainTrain', ntkTrainTrain);
  if (shape.length === 0 || shape.length % 2 === 1) {
    throw new ShapeError(
      `${where}: ntkTrainTrain needs two axes for each axis of the outputs, got shape [${shape}].`,
    );
  }
  const axes = new OutputAxes(
    where,
    shape.filter((_, axis) => axis % 2 === 0),
    [],
  );
  const { data } = axes.kernel('ntkTrainTrain', ntkTrainTrain, 'train-train');
  const { yTrainSize = axes.n, momentum = 0, eps = 1e-12 } = options;
  if (!(Number.isFinite(yTrainSize) && yTrainSize > 0)) {
    throw new RangeError(
      `${where}: yTrainSize must be above 0, got ${yTrainSize}. Pass the number of entries of yTrain.`,
    );
  }
  if (!(momentum >= 0 && momentum < 1)) {
    throw new RangeError(
      `${where}: momentum must be at least 0 and below 1, got ${momentum}. Pass e.g. 0.9.`,
    );
  }
  const work = new Work(options);
  work.expect(1);
  const values = await work.call('eigenvaluesSymmetric', data, axes.n);
  return (2 * (1 + momentum) * yTrainSize) / (values[values.length - 1] + eps);
}
