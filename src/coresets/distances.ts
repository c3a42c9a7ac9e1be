import { gemm } from '../linalg/product.js';

/** Rows of the left side that are multiplied at once. */
const BLOCK = 2048;

/** Squared distances `[m, n]` between rows of `a` `[m, width]` and of `b` `[n, width]`, never below 0. */
export function squaredDistances(a: Float64Array, b: Float64Array, width: number): Float64Array {
  const [m, n] = [a.length / width, b.length / width];
  const result = new Float64Array(m * n);
  const squares = squaredNorms(b, width);
  for (let from = 0; from < m; from += BLOCK) {
    const rows = a.subarray(from * width, Math.min(m, from + BLOCK) * width);
    const count = rows.length / width;
    const products = gemm(count, n, width, rows, b, { transposeB: true });
    const own = squaredNorms(rows, width);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < n; j++) {
        result[(from + i) * n + j] = Math.max(0, own[i] + squares[j] - 2 * products[i * n + j]);
      }
    }
  }
  return result;
}

/** Sums of absolute differences `[m, n]` between rows of `a` `[m, width]` and of `b` `[n, width]`. */
export function absoluteDistances(a: Float64Array, b: Float64Array, width: number): Float64Array {
  const [m, n] = [a.length / width, b.length / width];
  const result = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let d = 0; d < width; d++) sum += Math.abs(a[i * width + d] - b[j * width + d]);
      result[i * n + j] = sum;
    }
  }
  return result;
}

function squaredNorms(rows: Float64Array, width: number): Float64Array {
  const norms = new Float64Array(rows.length / width);
  for (let i = 0; i < norms.length; i++) {
    for (let d = 0; d < width; d++) norms[i] += rows[i * width + d] ** 2;
  }
  return norms;
}

/** The index of the least of `count` entries from `from` on. */
export function leastOf(entries: ArrayLike<number>, from: number, count: number): number {
  let least = 0;
  for (let j = 1; j < count; j++) if (entries[from + j] < entries[from + least]) least = j;
  return least;
}
