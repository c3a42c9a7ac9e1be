import type { AnyArray } from '../base/any-array.js';
import { readArray } from '../base/any-array.js';
import { ShapeError } from '../base/errors.js';
import { byDefault, isFiniteNumber, optional, readOptions, rule } from '../base/options.js';
import { type WorkOptions, workOptions } from '../base/work-options.js';
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

/** A momentum of gradient descent. */
export const momentum = rule<number>(
  'must be at least 0 and below 1',
  (given) => given >= 0 && given < 1,
  'Pass e.g. 0.9.',
);

const maxLearningRateOptions = {
  yTrainSize: optional(
    rule<number>(
      'must be above 0',
      (size) => Number.isFinite(size) && size > 0,
      'Pass the number of entries of yTrain.',
    ),
  ),
  momentum: byDefault(0, momentum),
  eps: byDefault(1e-12, rule('must be a finite number', isFiniteNumber)),
  ...workOptions,
};

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
  const { yTrainSize, momentum, eps, ...following } = readOptions(where, options, maxLearningRateOptions);
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
  const work = new Work(following);
  work.expect(1);
  const values = await work.call('eigenvaluesSymmetric', data, axes.n);
  return (2 * (1 + momentum) * (yTrainSize ?? axes.n)) / (values[values.length - 1] + eps);
}
