import { type AnyArray, readMatrix } from '../base/any-array.js';
import { readOptions } from '../base/options.js';
import { checkRows, readSquare } from './check-matrix.js';
import {
  type PositiveDefiniteOptions,
  positiveDefiniteOptions,
  type Solution,
  safeCholesky,
} from './safe-cholesky.js';

/**
 * Solves A X = B for a symmetric positive definite A, in float64 by a blocked Cholesky factorisation.
 *
 * A is factorised as it is. If that fails, jitter is added to its diagonal: 1e-10 of the mean diagonal, then ten times as
 * much each time, up to 1e-6; the evidence says how much, and `jitter: false` switches it off.
 *
 * @param a A `[n, n]`; the lower triangle is read
 * @param b B `[n, columns]`
 * @returns X `[n, columns]` and the evidence: jitter, attempts, residual, condition estimate
 * @throws ShapeError when `a` is not square, is empty, or `b` has another number of rows.
 * @throws NonFiniteError when an entry is NaN or infinite; the message names the matrix and the index.
 * @throws NotPositiveDefiniteError when the allowed jitter is not enough; the message says what ridge would be.
 * @throws RangeError when the jitter's ladder is not one; UnsupportedError when there is no such option.
 * @throws the signal's reason when it aborts.
 * @remarks n³/3 + 2n²·columns operations, about 0.3 s at n = 2000, on a worker thread.
 * @example
 * ```ts
 * import { Matrix } from 'ml-matrix';
 * import { solvePositiveDefinite } from 'neural-tangents';
 *
 * const a = new Matrix([[4, 2], [2, 5]]);
 * const { x, evidence } = await solvePositiveDefinite(a, new Matrix([[8], [8]]));
 * console.log(x.to1DArray(), evidence.jitter, evidence.attempts); // [ 1.5, 1 ] 0 1
 * ```
 */
export async function solvePositiveDefinite(
  a: AnyArray,
  b: AnyArray,
  options: PositiveDefiniteOptions = {},
): Promise<Solution> {
  const where = 'solvePositiveDefinite';
  const read = readOptions(where, options, positiveDefiniteOptions);
  const [left, right] = [readMatrix(where, 'a', a), readMatrix(where, 'b', b)];
  const { rows } = left;
  const entries = readSquare(where, 'a', left);
  checkRows(where, 'b', right, rows);
  const factor = await safeCholesky(entries, rows, read, { where, name: 'a', ridge: 0 });
  return factor.solve(right);
}
