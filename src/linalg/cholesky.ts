import { expectLength, hold, isHeld, none, withArrays } from './memory.js';

/** A Cholesky factor, or the first row at which there is none. */
export type CholeskyResult =
  | { readonly ok: true; readonly factor: Float64Array }
  | { readonly ok: false; readonly failedAt: number };

/**
 * The lower triangular L `[n, n]` with A = L Lᵀ; only the lower triangle of `a` `[n, n]` is read.
 *
 * It fails where a pivot is not positive or, relative to its diagonal entry, at most n·2⁻⁵²: what is left there
 * is rounding error, and the matrix is singular as far as f64 can tell. A factor must not be changed.
 *
 * @throws ShapeError when `a` has not n² entries
 * @throws UnsupportedError when the matrix exceeds the 4 GiB that WebAssembly addresses
 */
export function cholesky(a: Float64Array, n: number): CholeskyResult {
  expectLength('a', a, n * n);
  return withArrays([n * n], none, (wasm, [matrix], work) => {
    matrix.set(a);
    const stopped = wasm.cholesky64(n, matrix.byteOffset, n, work);
    const checked = stopped < 0 ? n : stopped;
    for (let i = 0; i < checked; i++) {
      const pivot = matrix[i * n + i] ** 2;
      if (!(pivot > n * Number.EPSILON * a[i * n + i])) return { ok: false, failedAt: i };
    }
    if (stopped >= 0) return { ok: false, failedAt: stopped };
    for (let i = 0; i < n; i++) matrix.fill(0, i * n + i + 1, (i + 1) * n);
    const factor = matrix.slice();
    hold(factor);
    return { ok: true, factor };
  });
}

/**
 * Solves L Lᵀ X = B for a factor L `[n, n]` of {@link cholesky} and B `[n, columns]`.
 *
 * @returns X `[n, columns]`
 * @throws ShapeError when an array has the wrong length
 */
export function choleskySolve(
  factor: Float64Array,
  n: number,
  b: Float64Array,
  columns: number,
): Float64Array {
  return withFactor(factor, n, columns, (solve) => solve(b));
}

/** As {@link choleskySolve} for several right-hand sides, one after the other, with one copy of the factor. */
export function withFactor<Result>(
  factor: Float64Array,
  n: number,
  columns: number,
  body: (solve: (b: Float64Array) => Float64Array) => Result,
): Result {
  expectLength('factor', factor, n * n);
  const present = isHeld(factor);
  return withArrays([n * n, n * columns], none, (wasm, [l, x], work) => {
    if (!present) l.set(factor);
    hold(factor);
    return body((b) => {
      expectLength('b', b, n * columns);
      x.set(b);
      wasm.solveLower64(n, columns, l.byteOffset, n, 1, x.byteOffset, columns, work);
      wasm.solveUpper64(n, columns, l.byteOffset, 1, n, x.byteOffset, columns, work);
      return x.slice();
    });
  });
}
