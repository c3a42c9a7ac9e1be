import { NotPositiveDefiniteError } from '../base/errors.js';
import { rowMajor } from '../base/matrix.js';
import { type NdArray, rowsOf } from '../base/nd-array.js';
import { type Dataset, oneHotCentred } from '../data/index.js';
import { type ComputeOptions, type GramField, gram } from '../gram/index.js';
import { offThread } from '../linalg/off-thread.js';
import type { NetworkKernel } from '../tracing/trace.js';

/** Options of {@link bestCoefficients}. */
export interface BestCoefficientsOptions extends ComputeOptions {
  readonly get: GramField;
  /** The ridge, absolute: what is added is (reg/n)·‖β‖². */
  readonly reg: number;
  /** Targets a block. */
  readonly block: number;
}

/** The coefficients with which the kernel's columns at a support fit a data set best. */
export interface BestCoefficients {
  /** β `[n, C]`, row-major. */
  readonly beta: Float64Array;
  /** ½·mean over targets and classes of (K_ts β − y_t)², plus (reg/n)·‖β‖²/(2NC). */
  readonly objective: number;
  /** Largest over smallest pivot of the QR factorisation of K_ts with its ridge: a lower bound of its condition number. */
  readonly conditionEstimate: number;
}

/**
 * β = argmin ‖K_ts β − y_t‖² + (reg/n)·‖β‖², with y_t one-hot minus 1/C.
 *
 * The rows of K_ts come block by block and go into a QR factorisation. K_st K_ts, which has the squared condition number, is
 * never formed.
 *
 * @param where the public function, for messages
 * @throws NotPositiveDefiniteError when K_ts is rank deficient in float64 for this ridge.
 */
export async function bestCoefficients(
  where: string,
  kernel: NetworkKernel,
  images: NdArray,
  targets: Dataset,
  { get, reg, block, dtype, threads, signal, onProgress }: BestCoefficientsOptions,
): Promise<BestCoefficients> {
  const { labels, numClasses } = targets;
  const [n, total] = [images.shape[0], labels.length];
  const width = n + numClasses;
  let state = new Float64Array(n * width);
  for (let i = 0; i < n; i++) state[i * width + i] = Math.sqrt(reg / n);
  let residual = 0;
  for (let from = 0; from < total; from += block) {
    signal?.throwIfAborted();
    const rows = Math.min(block, total - from);
    const kSt = await gram(kernel, images, rowsOf(targets.images, from, rows), {
      get,
      dtype,
      threads,
      signal,
    });
    const stacked = new Float64Array(width * rows);
    stacked.set(rowMajor(kSt));
    const oneHot = oneHotCentred(labels.subarray(from, from + rows), numClasses).data;
    for (let i = 0; i < rows; i++) {
      for (let c = 0; c < numClasses; c++) stacked[(n + c) * rows + i] = oneHot[i * numClasses + c];
    }
    const appended = await offThread('appendedRows', [state, n, numClasses, stacked, rows], signal);
    state = appended.state as typeof state;
    residual += appended.residual;
    onProgress?.(from + rows, total);
  }
  return {
    conditionEstimate: checkRank(where, state, n, width, reg),
    beta: await offThread('solveAppended', [state, n, numClasses], signal),
    objective: residual / (2 * total * numClasses),
  };
}

/** The ratio of the extreme pivots; an error where the smallest is but rounding error. */
function checkRank(where: string, state: Float64Array, n: number, width: number, reg: number): number {
  let [smallest, largest] = [Number.POSITIVE_INFINITY, 0];
  for (let i = 0; i < n; i++) {
    const pivot = Math.abs(state[i * width + i]);
    smallest = Math.min(smallest, pivot);
    largest = Math.max(largest, pivot);
  }
  const noise = n * Number.EPSILON * largest;
  if (smallest > noise) return largest / smallest;
  // No pivot is below the root of the ridge, so this one lifts all above the noise.
  const needed = (4 * n * (largest === 0 ? 1 : noise) ** 2).toPrecision(2);
  throw new NotPositiveDefiniteError(
    `${where}: the kernel between support and targets is rank deficient: with reg ${reg}, pivots go from ${largest.toPrecision(3)} ` +
      `down to ${smallest.toPrecision(3)}. A reg of ${needed} would have been enough; or drop repeated images.`,
  );
}
