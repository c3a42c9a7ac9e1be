import type { Matrix } from 'ml-matrix';
import { type AnyArray, readMatrix } from '../base/any-array.js';
import { ShapeError } from '../base/errors.js';
import { rowMajor, takeRowMajor } from '../base/matrix.js';
import type { NdArray } from '../base/nd-array.js';
import { byDefault, flag, readOptions } from '../base/options.js';
import { type SampleOptions, sampleOptions } from '../inputs/read-samples.js';
import type { NetworkKernel } from '../tracing/trace.js';
import type { Tree, TreeLike } from '../tracing/tree.js';
import { type ComputeOptions, computeOptions, field, type GramField } from './compute-options.js';
import { readPairs } from './read-pairs.js';

/** Options of `ridgeVisit`. */
export interface RidgeVisitOptions extends ComputeOptions, SampleOptions {
  readonly get: GramField;
  /** Whether to compute the gradient in the supports; default false. */
  readonly gradient?: boolean;
}

const ridgeVisitOptions = {
  get: field,
  gradient: byDefault(false, flag),
  ...computeOptions,
  ...sampleOptions,
};

/** What one visit to all targets yields. */
export interface RidgeVisit<X extends Tree<AnyArray> = AnyArray> {
  /** ½·mean over targets and classes of (K_ts α − y)². */
  readonly loss: number;
  /** Targets whose largest prediction is at their largest label. */
  readonly correct: number;
  /** K_tsᵀ G `[n, C]`, with G = (K_ts α − y)/(N·C). */
  readonly kTg: Matrix;
  /** Gradient of the loss in the support images through K_ts, α held fixed. */
  readonly supportGradient: TreeLike<X, NdArray<Float64Array>> | null;
}

/**
 * Ridge regression's residuals on a set of targets, each block of targets visited once: kernel block, residual,
 * its cotangent and that one's gradient are done where the block is, and K_ts never exists as a whole.
 *
 * @param support `[n, …]`. @param targets `[N, …]`. @param alpha `[n, C]`. @param labels `[N, C]`.
 * @throws ShapeError also when `alpha` or `labels` do not fit.
 */
export async function ridgeVisit<const X extends Tree<AnyArray>>(
  kernel: NetworkKernel,
  support: X,
  targets: X,
  alpha: AnyArray,
  labels: AnyArray,
  options: RidgeVisitOptions,
): Promise<RidgeVisit<X>> {
  const read = readOptions('ridgeVisit', options, ridgeVisitOptions);
  const pairs = readPairs('ridgeVisit', kernel, support, targets, read);
  const { executor, program, rows1, rows2, same, gradientOf, run, done } = pairs;
  const [a, y] = [readMatrix('ridgeVisit', 'alpha', alpha), readMatrix('ridgeVisit', 'labels', labels)];
  const classes = a.columns;
  if (a.rows !== rows1.count || y.rows !== rows2!.count || y.columns !== classes) {
    throw new ShapeError(
      `ridgeVisit: ${rows1.count} supports and ${rows2!.count} targets need alpha [${rows1.count}, C] and labels ` +
        `[${rows2!.count}, C], got [${a.rows}, ${classes}] and [${y.rows}, ${y.columns}].`,
    );
  }
  const sums = await executor.ridge(program, rows1, rows2!, {
    ...run,
    same,
    field: read.get,
    classes,
    alpha: rowMajor(a),
    labels: rowMajor(y),
    scale: 1 / (rows2!.count * classes),
    gradient: read.gradient,
  });
  done();
  return {
    loss: sums.loss,
    correct: sums.correct,
    kTg: takeRowMajor(sums.kG, rows1.count, classes),
    supportGradient: sums.x1 && (gradientOf('x1', sums.x1) as TreeLike<X, NdArray<Float64Array>>),
  };
}
