// Matrix product C += A·B or C -= A·B on raw memory.
//
// A, B and C are given by a byte address and strides in elements, so a transpose is a swap of strides.
// Both factors are packed (A in slabs of 4 rows, B in panels of two vectors), padded with zeros at the edges.
//
// Every entry of C is summed in one order whatever m, n or its place: k in blocks of 256, each block from
// zero in rising k, the blocks' sums added to C in turn. So a product cut into tiles over rows and columns
// gives the bits of the whole.
//
// A 4 × 2-vector microkernel measured 33 (f32) and 16 (f64) GFLOP/s on one 2.6 GHz Xeon core; 4 × 3 and
// 6 × 2 spill registers in V8 and give 25 and 13.

const ROWS: i32 = 4;
/** Terms of a sum that are added up before they join the rest. */
export const DEPTH: i32 = 256;
const COLUMNS: i32 = 512;

/** Columns of a packed panel: two vectors. */
function panelWidth<T>(): i32 {
  return 32 / <i32>sizeof<T>();
}

/** Bytes of scratch memory that a product needs, for f32 and f64 alike. */
export function gemmWorkBytes(): i32 {
  return (DEPTH * COLUMNS + ROWS * DEPTH + ROWS * 4) * 8;
}

/** The 4 × 2-vector product of two packed slabs of depth `depth`, added to C. */
function microkernel<T>(depth: i32, a: usize, b: usize, c: usize, cStride: usize): void {
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
    const b1 = v128.load(b, 16);
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
    b += 32;
  }
  v128.store(c, v128.add<T>(v128.load(c), c00));
  v128.store(c, v128.add<T>(v128.load(c, 16), c01), 16);
  c += cStride;
  v128.store(c, v128.add<T>(v128.load(c), c10));
  v128.store(c, v128.add<T>(v128.load(c, 16), c11), 16);
  c += cStride;
  v128.store(c, v128.add<T>(v128.load(c), c20));
  v128.store(c, v128.add<T>(v128.load(c, 16), c21), 16);
  c += cStride;
  v128.store(c, v128.add<T>(v128.load(c), c30));
  v128.store(c, v128.add<T>(v128.load(c, 16), c31), 16);
}

/** Packs `rows` (at most 4) × `depth` of A as depth × 4, negated for a subtraction. */
function packA<T>(
  rows: i32,
  depth: i32,
  a: usize,
  rowStride: usize,
  columnStride: usize,
  negate: bool,
  to: usize,
): void {
  for (let r = 0; r < ROWS; r++) {
    let target = to + <usize>r * sizeof<T>();
    if (r >= rows) {
      for (let p = 0; p < depth; p++, target += 4 * sizeof<T>()) store<T>(target, <T>0);
      continue;
    }
    let source = a + <usize>r * rowStride;
    if (negate) {
      for (let p = 0; p < depth; p++, target += 4 * sizeof<T>(), source += columnStride) {
        store<T>(target, -load<T>(source));
      }
    } else {
      for (let p = 0; p < depth; p++, target += 4 * sizeof<T>(), source += columnStride) {
        store<T>(target, load<T>(source));
      }
    }
  }
}

/** Packs `depth` × `columns` (at most a panel's width) of B as depth × width. */
function packB<T>(
  depth: i32,
  columns: i32,
  b: usize,
  rowStride: usize,
  columnStride: usize,
  to: usize,
): void {
  const width = panelWidth<T>();
  if (columns === width && columnStride === sizeof<T>()) {
    for (let p = 0; p < depth; p++, to += 32, b += rowStride) {
      v128.store(to, v128.load(b));
      v128.store(to, v128.load(b, 16), 16);
    }
    return;
  }
  for (let j = 0; j < width; j++) {
    let target = to + <usize>j * sizeof<T>();
    if (j >= columns) {
      for (let p = 0; p < depth; p++, target += 32) store<T>(target, <T>0);
      continue;
    }
    let source = b + <usize>j * columnStride;
    for (let p = 0; p < depth; p++, target += 32, source += rowStride) store<T>(target, load<T>(source));
  }
}

/**
 * C ± A·B, with A `[m, k]`, B `[k, n]`, C `[m, n]`; C's columns are contiguous.
 *
 * @param work scratch memory of `gemmWorkBytes()` bytes, aligned to 16
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
  const size = sizeof<T>();
  const width = panelWidth<T>();
  const aRow = <usize>aRowStride * size;
  const aColumn = <usize>aColumnStride * size;
  const bRow = <usize>bRowStride * size;
  const bColumn = <usize>bColumnStride * size;
  const cRow = <usize>cRowStride * size;
  const slab = work + <usize>(DEPTH * COLUMNS) * size;
  const edge = slab + <usize>(ROWS * DEPTH) * size;
  for (let k0 = 0; k0 < k; k0 += DEPTH) {
    const depth = min(DEPTH, k - k0);
    const panelBytes = <usize>depth * 32;
    for (let j0 = 0; j0 < n; j0 += COLUMNS) {
      const columns = min(COLUMNS, n - j0);
      const bBlock = b + <usize>k0 * bRow + <usize>j0 * bColumn;
      for (let j = 0, to = work; j < columns; j += width, to += panelBytes) {
        packB<T>(depth, min(width, columns - j), bBlock + <usize>j * bColumn, bRow, bColumn, to);
      }
      for (let i = 0; i < m; i += ROWS) {
        const rows = min(ROWS, m - i);
        packA<T>(rows, depth, a + <usize>i * aRow + <usize>k0 * aColumn, aRow, aColumn, subtract, slab);
        let target = c + <usize>i * cRow + <usize>j0 * size;
        for (let j = 0, panel = work; j < columns; j += width, panel += panelBytes, target += 32) {
          if (rows === ROWS && j + width <= columns) {
            microkernel<T>(depth, slab, panel, target, cRow);
          } else {
            memory.fill(edge, 0, 128);
            microkernel<T>(depth, slab, panel, edge, 32);
            const valid = min(width, columns - j);
            for (let r = 0; r < rows; r++) {
              for (let q = 0; q < valid; q++) {
                const at = target + <usize>r * cRow + <usize>q * size;
                store<T>(at, load<T>(at) + load<T>(edge + <usize>r * 32 + <usize>q * size));
              }
            }
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
