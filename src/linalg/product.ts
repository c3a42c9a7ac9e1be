import { expectLength, none, withArrays } from './memory.js';

/** Options of {@link gemm}. */
export interface GemmOptions {
  /** `a` is `[k, m]`; its transpose is multiplied. */
  readonly transposeA?: boolean;
  /** `b` is `[n, k]`; its transpose is multiplied. */
  readonly transposeB?: boolean;
}

/**
 * The matrix product of `a` `[m, k]` and `b` `[k, n]`, row-major.
 *
 * @returns `[m, n]`; every entry has the same bits whatever other rows and columns are computed with it
 * @throws ShapeError when an array has the wrong length
 * @throws UnsupportedError when the matrices exceed the 4 GiB that WebAssembly addresses
 */
export function gemm(
  m: number,
  n: number,
  k: number,
  a: Float64Array,
  b: Float64Array,
  options: GemmOptions = {},
): Float64Array {
  expectLength('a', a, m * k);
  expectLength('b', b, k * n);
  return withArrays([m * k, k * n, m * n], none, (wasm, [left, right, product], work) => {
    left.set(a);
    right.set(b);
    product.fill(0);
    const [aRow, aColumn] = options.transposeA ? [1, m] : [k, 1];
    const [bRow, bColumn] = options.transposeB ? [1, k] : [n, 1];
    const at = product.byteOffset;
    wasm.gemm64(m, n, k, left.byteOffset, aRow, aColumn, right.byteOffset, bRow, bColumn, at, n, 0, work);
    return product.slice();
  });
}
