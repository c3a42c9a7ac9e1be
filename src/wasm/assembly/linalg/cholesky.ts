// Cholesky factorisation A = L Lᵀ in f64, in place, by halving: factor the top left, solve for the bottom
// left, update the bottom right by a product, factor it.

import { gemmBelow } from './gemm';
import { half, solveLowerOnRight64 } from './triangular';

/** Below this size the factorisation is done directly. */
const BASE: i32 = 16;

function factorDirectly(n: i32, a: usize, stride: i32): i32 {
  for (let i = 0; i < n; i++) {
    const row = a + <usize>i * stride * 8;
    for (let j = 0; j <= i; j++) {
      const other = a + <usize>j * stride * 8;
      let sum = load<f64>(row + <usize>j * 8);
      for (let k = 0; k < j; k++) sum -= load<f64>(row + <usize>k * 8) * load<f64>(other + <usize>k * 8);
      if (j < i) store<f64>(row + <usize>j * 8, sum / load<f64>(other + <usize>j * 8));
      else if (sum > 0 && sum < Infinity) store<f64>(row + <usize>j * 8, Math.sqrt(sum));
      else return i;
    }
  }
  return -1;
}

/**
 * The lower triangle of A `[n, n]` (row-major, `stride` elements a row) becomes L; the strict upper one is
 * scratch.
 *
 * @param work scratch memory of `gemmWorkBytes()` bytes
 * @returns -1, or the index of the first pivot that is not positive
 */
export function cholesky64(n: i32, a: usize, stride: i32, work: usize): i32 {
  if (n <= BASE) return factorDirectly(n, a, stride);
  const top = half(n);
  const rows = n - top;
  const below = a + <usize>top * stride * 8;
  const corner = below + <usize>top * 8;
  const failed = cholesky64(top, a, stride, work);
  if (failed >= 0) return failed;
  solveLowerOnRight64(rows, top, a, stride, below, stride, work);
  gemmBelow<f64>(0, rows, rows, top, below, stride, 1, below, 1, stride, corner, stride, true, work);
  const failedBelow = cholesky64(rows, corner, stride, work);
  return failedBelow < 0 ? -1 : top + failedBelow;
}
