// Matrix product C += A·B or C -= A·B on raw memory.
//
// A, B and C are given by a byte address and strides in elements, so a transpose is a swap of strides.
// Both factors are packed (A in strips of 4 or 8 rows, B in strips of two registers), padded with zeros at the edges.
//
// Every entry of C is summed in one order whatever m, n or its place: k in blocks of 256, each block from
// zero in rising k, the blocks' sums added to C in turn. So a product cut into tiles over rows and columns
// gives the bits of the whole.
//
// The 4 × 2-register microkernel measured 32 (f32) and 16 (f64) GFLOP/s on a Xeon core that can start 3 multiplications
// or additions of 128 bits every two cycles, 34 and 17 GFLOP/s. 3 × 3, 5 × 2, 6 × 2, 4 × 3, 2 × 5 and all of them unrolled
// spill registers in V8: 25–29 and 13–15.

import { REGISTER } from '../lanes';
import { accumulate } from './accumulate';
import { DEPTH, gemv } from './gemv';
import { tallMicrokernel } from './gemm-tall';
import { packStrip } from './pack';

/** Most rows of a packed strip of A; B's hold two registers. */
const MOST_ROWS: i32 = 8;
const ROWS: i32 = REGISTER == 64 ? MOST_ROWS : 4;
const COLUMNS: i32 = 512;

/** Columns of a packed strip of B: two registers. */
function stripColumns<T>(): i32 {
  return 2 * <i32>REGISTER / <i32>sizeof<T>();
}

/** Bytes of scratch memory that a product needs, for f32 and f64 and registers of all sizes alike. */
export function gemmWorkBytes(): i32 {
  return (DEPTH * COLUMNS + MOST_ROWS * DEPTH) * 8 + MOST_ROWS * 2 * 64;
}

/** C ± the 4 × 2-register product of two packed strips of `depth` terms. */
function microkernel<T>(depth: i32, a: usize, b: usize, c: usize, cStride: usize, subtract: bool): void {
  let c00 = v128.splat<T>(<T>0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  const end = a + <usize>depth * (4 * sizeof<T>());
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, REGISTER);
    let x = v128.load_splat<T>(a);
    c00 = v128.add<T>(c00, v128.mul<T>(x, b0));
    c01 = v128.add<T>(c01, v128.mul<T>(x, b1));
    x = v128.load_splat<T>(a, sizeof<T>());
    c10 = v128.add<T>(c10, v128.mul<T>(x, b0));
    c11 = v128.add<T>(c11, v128.mul<T>(x, b1));
    x = v128.load_splat<T>(a, 2 * sizeof<T>());
    c20 = v128.add<T>(c20, v128.mul<T>(x, b0));
    c21 = v128.add<T>(c21, v128.mul<T>(x, b1));
    x = v128.load_splat<T>(a, 3 * sizeof<T>());
    c30 = v128.add<T>(c30, v128.mul<T>(x, b0));
    c31 = v128.add<T>(c31, v128.mul<T>(x, b1));
    a += 4 * sizeof<T>();
    b += 2 * REGISTER;
  }
  accumulate<T>(c, c00, subtract);
  accumulate<T>(c + REGISTER, c01, subtract);
  c += cStride;
  accumulate<T>(c, c10, subtract);
  accumulate<T>(c + REGISTER, c11, subtract);
  c += cStride;
  accumulate<T>(c, c20, subtract);
  accumulate<T>(c + REGISTER, c21, subtract);
  c += cStride;
  accumulate<T>(c, c30, subtract);
  accumulate<T>(c + REGISTER, c31, subtract);
}

/** C ± the product of two packed strips, of which A's has 4 rows or `ROWS`. */
@inline
function strips<T>(
  rows: i32,
  depth: i32,
  a: usize,
  b: usize,
  c: usize,
  cStride: usize,
  subtract: bool,
): void {
  if (ROWS > 4 && rows > 4) tallMicrokernel<T>(depth, a, a, b, c, cStride, subtract);
  else microkernel<T>(depth, a, b, c, cStride, subtract);
}

/** Adds the part of a product that lies within C: each row of `edge` holds two registers of it. */
function addEdge<T>(rows: i32, columns: i32, edge: usize, c: usize, cStride: usize): void {
  for (let i = 0; i < rows; i++, edge += 2 * REGISTER, c += cStride) {
    for (let j: usize = 0; j < <usize>columns * sizeof<T>(); j += sizeof<T>()) {
      store<T>(c + j, load<T>(c + j) + load<T>(edge + j));
    }
  }
}

/**
 * C ± A·B, with A `[m, k]`, B `[k, n]`, C `[m, n]`; C's columns are contiguous.
 *
 * @param work scratch memory of `gemmWorkBytes()` bytes, aligned to 64
 */
export function gemm<T>(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRowStride: i32,
  aColumnStride: i32,
  b: usize,
  bRowStride: i32,
  bColumnStride: i32,
  c: usize,
  cRowStride: i32,
  subtract: bool,
  work: usize,
): void {
  gemmBelow<T>(
    i32.MAX_VALUE,
    m,
    n,
    k,
    a,
    aRowStride,
    aColumnStride,
    b,
    bRowStride,
    bColumnStride,
    c,
    cRowStride,
    subtract,
    work,
  );
}

/** As {@link gemm}, of the entries with j ≤ i + `diagonal`; of the others some are computed as well. */
export function gemmBelow<T>(
  diagonal: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRowStride: i32,
  aColumnStride: i32,
  b: usize,
  bRowStride: i32,
  bColumnStride: i32,
  c: usize,
  cRowStride: i32,
  subtract: bool,
  work: usize,
): void {
  const size = sizeof<T>();
  const width = stripColumns<T>();
  const aRow = <usize>aRowStride * size;
  const aColumn = <usize>aColumnStride * size;
  const bRow = <usize>bRowStride * size;
  const bColumn = <usize>bColumnStride * size;
  const cRow = <usize>cRowStride * size;
  if (n === 1) {
    gemv<T>(m, k, a, aRow, aColumn, b, bRow, c, cRow, subtract);
    return;
  }
  const aStrip = work + <usize>(DEPTH * COLUMNS) * size;
  const edge = aStrip + <usize>(ROWS * DEPTH) * size;
  for (let k0 = 0; k0 < k; k0 += DEPTH) {
    const depth = min(DEPTH, k - k0);
    const stripBytes = <usize>depth * (2 * REGISTER);
    for (let j0 = 0; j0 < n; j0 += COLUMNS) {
      const columns = min(COLUMNS, n - j0);
      const bBlock = b + <usize>k0 * bRow + <usize>j0 * bColumn;
      for (let j = 0, to = work; j < columns; j += width, to += stripBytes) {
        packStrip<T>(width, min(width, columns - j), depth, bBlock + <usize>j * bColumn, bColumn, bRow, to);
      }
      const first = diagonal < n ? max(0, (j0 - diagonal) & ~(ROWS - 1)) : 0;
      for (let i = first; i < m; i += ROWS) {
        const rows = min(ROWS, m - i);
        const height = rows > 4 ? ROWS : 4;
        packStrip<T>(height, rows, depth, a + <usize>i * aRow + <usize>k0 * aColumn, aRow, aColumn, aStrip);
        let target = c + <usize>i * cRow + <usize>j0 * size;
        const reach = diagonal < n ? min(columns, i + ROWS + diagonal - j0) : columns;
        for (let j = 0, bStrip = work; j < reach; j += width, bStrip += stripBytes, target += 2 * REGISTER) {
          if (rows === height && j + width <= columns) {
            strips<T>(rows, depth, aStrip, bStrip, target, cRow, subtract);
          } else {
            memory.fill(edge, 0, 2 * ROWS * REGISTER);
            strips<T>(rows, depth, aStrip, bStrip, edge, 2 * REGISTER, subtract);
            addEdge<T>(rows, min(width, columns - j), edge, target, cRow);
          }
        }
      }
    }
  }
}

/** {@link gemm} in f32. */
export function gemm32(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRowStride: i32,
  aColumnStride: i32,
  b: usize,
  bRowStride: i32,
  bColumnStride: i32,
  c: usize,
  cRowStride: i32,
  subtract: bool,
  work: usize,
): void {
  gemm<f32>(
    m,
    n,
    k,
    a,
    aRowStride,
    aColumnStride,
    b,
    bRowStride,
    bColumnStride,
    c,
    cRowStride,
    subtract,
    work,
  );
}

/** {@link gemm} in f64. */
export function gemm64(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRowStride: i32,
  aColumnStride: i32,
  b: usize,
  bRowStride: i32,
  bColumnStride: i32,
  c: usize,
  cRowStride: i32,
  subtract: bool,
  work: usize,
): void {
  gemm<f64>(
    m,
    n,
    k,
    a,
    aRowStride,
    aColumnStride,
    b,
    bRowStride,
    bColumnStride,
    c,
    cRowStride,
    subtract,
    work,
  );
}
