// Blocked triangular solves in f64, in place, for many right-hand sides: halve the triangle, solve, update by
// a product, solve the rest. A triangle is given with both strides, so the transpose of a factor is solved
// with the same code.

import { FOUR_A_GROUP, GROUP, REGISTER, TWO_A_GROUP } from '../lanes';
import { gemm } from './gemm';
import { packStrip } from './pack';

/** Below this size substitution is done directly. */
const BASE: i32 = 16;

/** A size near n/2 that keeps the halves whole multiples of the microkernel. */
export function half(n: i32): i32 {
  return ((n >> 1) + 7) & ~7;
}

/** row[0..columns) -= factor · other[0..columns) */
function subtractScaled(columns: i32, row: usize, factor: f64, other: usize): void {
  const pair = v128.splat<f64>(factor);
  const step = <i32>REGISTER / 8;
  let j = 0;
  for (; j + step <= columns; j += step, row += REGISTER, other += REGISTER) {
    v128.store(row, v128.sub<f64>(v128.load(row), v128.mul<f64>(pair, v128.load(other))));
  }
  for (; j < columns; j++, row += 8, other += 8) store<f64>(row, load<f64>(row) - factor * load<f64>(other));
}

function divide(columns: i32, row: usize, divisor: f64): void {
  for (let j = 0; j < columns; j++, row += 8) store<f64>(row, load<f64>(row) / divisor);
}

/**
 * L X = B: B `[n, columns]` (rows of stride `bStride`, contiguous columns) becomes X; L `[n, n]` lower
 * triangular with strides in elements. The entries above the diagonal are not read.
 *
 * @param work scratch memory of `gemmWorkBytes()` bytes
 */
export function solveLower64(
  n: i32,
  columns: i32,
  l: usize,
  rowStride: i32,
  columnStride: i32,
  b: usize,
  bStride: i32,
  work: usize,
): void {
  if (n <= BASE) {
    for (let i = 0; i < n; i++) {
      const row = b + <usize>i * bStride * 8;
      const factors = l + <usize>i * rowStride * 8;
      for (let k = 0; k < i; k++) {
        subtractScaled(
          columns,
          row,
          load<f64>(factors + <usize>k * columnStride * 8),
          b + <usize>k * bStride * 8,
        );
      }
      divide(columns, row, load<f64>(factors + <usize>i * columnStride * 8));
    }
    return;
  }
  const top = half(n);
  const below = l + <usize>top * rowStride * 8;
  const rest = b + <usize>top * bStride * 8;
  solveLower64(top, columns, l, rowStride, columnStride, b, bStride, work);
  gemm<f64>(n - top, columns, top, below, rowStride, columnStride, b, bStride, 1, rest, bStride, true, work);
  solveLower64(
    n - top,
    columns,
    below + <usize>top * columnStride * 8,
    rowStride,
    columnStride,
    rest,
    bStride,
    work,
  );
}

/** U X = B for an upper triangle, otherwise as {@link solveLower64}. The entries below the diagonal are not read. */
export function solveUpper64(
  n: i32,
  columns: i32,
  u: usize,
  rowStride: i32,
  columnStride: i32,
  b: usize,
  bStride: i32,
  work: usize,
): void {
  if (n <= BASE) {
    for (let i = n - 1; i >= 0; i--) {
      const row = b + <usize>i * bStride * 8;
      const factors = u + <usize>i * rowStride * 8;
      for (let k = i + 1; k < n; k++) {
        subtractScaled(
          columns,
          row,
          load<f64>(factors + <usize>k * columnStride * 8),
          b + <usize>k * bStride * 8,
        );
      }
      divide(columns, row, load<f64>(factors + <usize>i * columnStride * 8));
    }
    return;
  }
  const top = half(n);
  const right = u + <usize>top * columnStride * 8;
  const rest = b + <usize>top * bStride * 8;
  solveUpper64(
    n - top,
    columns,
    right + <usize>top * rowStride * 8,
    rowStride,
    columnStride,
    rest,
    bStride,
    work,
  );
  gemm<f64>(top, columns, n - top, right, rowStride, columnStride, rest, bStride, 1, b, bStride, true, work);
  solveUpper64(top, columns, u, rowStride, columnStride, b, bStride, work);
}

/** X Lᵀ = B by substitution for at most eight rows, side by side in the scratch memory. */
function solveEightRows(
  rows: i32,
  n: i32,
  l: usize,
  lStride: i32,
  b: usize,
  bStride: i32,
  work: usize,
): void {
  const bRow = <usize>bStride * 8;
  packStrip<f64>(8, rows, n, b, bRow, 8, work);
  for (let c = 0, to = work; c < n; c++, to += GROUP, l += <usize>lStride * 8) {
    let x0 = v128.load(to);
    let x1 = x0;
    let x2 = x0;
    let x3 = x0;
    if (TWO_A_GROUP) x1 = v128.load(to, REGISTER);
    if (FOUR_A_GROUP) {
      x2 = v128.load(to, 2 * REGISTER);
      x3 = v128.load(to, 3 * REGISTER);
    }
    let factor = l;
    for (let from = work; from < to; from += GROUP, factor += 8) {
      const x = v128.load_splat<f64>(factor);
      x0 = v128.sub<f64>(x0, v128.mul<f64>(x, v128.load(from)));
      if (TWO_A_GROUP) x1 = v128.sub<f64>(x1, v128.mul<f64>(x, v128.load(from, REGISTER)));
      if (FOUR_A_GROUP) {
        x2 = v128.sub<f64>(x2, v128.mul<f64>(x, v128.load(from, 2 * REGISTER)));
        x3 = v128.sub<f64>(x3, v128.mul<f64>(x, v128.load(from, 3 * REGISTER)));
      }
    }
    const pivot = v128.load_splat<f64>(factor);
    v128.store(to, v128.div<f64>(x0, pivot));
    if (TWO_A_GROUP) v128.store(to, v128.div<f64>(x1, pivot), REGISTER);
    if (FOUR_A_GROUP) {
      v128.store(to, v128.div<f64>(x2, pivot), 2 * REGISTER);
      v128.store(to, v128.div<f64>(x3, pivot), 3 * REGISTER);
    }
  }
  for (let r: usize = 0; r < <usize>rows; r++, b += bRow) {
    for (let c: usize = 0; c < <usize>n; c++) store<f64>(b + c * 8, load<f64>(work + c * GROUP + r * 8));
  }
}

/**
 * X Lᵀ = B: B `[rows, n]` becomes X; L `[n, n]` lower triangular, row-major. The step of a blocked Cholesky.
 *
 * @param work scratch memory of `gemmWorkBytes()` bytes
 */
export function solveLowerOnRight64(
  rows: i32,
  n: i32,
  l: usize,
  lStride: i32,
  b: usize,
  bStride: i32,
  work: usize,
): void {
  if (n <= BASE) {
    for (let r = 0; r < rows; r += 8) {
      solveEightRows(min(8, rows - r), n, l, lStride, b + <usize>r * bStride * 8, bStride, work);
    }
    return;
  }
  const left = half(n);
  const below = l + <usize>left * lStride * 8;
  const rest = b + <usize>left * 8;
  solveLowerOnRight64(rows, left, l, lStride, b, bStride, work);
  gemm<f64>(rows, n - left, left, b, bStride, 1, below, 1, lStride, rest, bStride, true, work);
  solveLowerOnRight64(rows, n - left, below + <usize>left * 8, lStride, rest, bStride, work);
}
