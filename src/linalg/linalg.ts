import { ShapeError, UnsupportedError } from '../base/errors.js';
import type { EngineExports } from '../wasm/exports.js';
import { ensureBytes, FREE, instantiate } from '../wasm/module.js';

// Dense f64 linear algebra of the engine, synchronous, on row-major Float64Arrays. Arguments are copied into the
// WebAssembly memory of an instance of its own, results copied out.

/** What the engine's module exports for dense linear algebra; arrays are byte addresses, strides numbers. */
interface LinalgExports extends EngineExports {
  cholesky64(n: number, a: number, stride: number, work: number): number;
  eigenWorkBytes(n: number, vectors: boolean): number;
  eigen64(n: number, a: number, d: number, z: number, work: number, gemmWork: number): number;
  eigenvalues64(n: number, a: number, d: number, work: number, gemmWork: number): number;
  solveLower64: TriangularSolve;
  solveUpper64: TriangularSolve;
  qrWorkBytes(width: number): number;
  qrAppend64(
    n: number,
    width: number,
    rows: number,
    r: number,
    block: number,
    work: number,
    gemmWork: number,
  ): void;
}

type TriangularSolve = (
  n: number,
  columns: number,
  triangle: number,
  rowStride: number,
  columnStride: number,
  b: number,
  bStride: number,
  work: number,
) => void;

/** Memory that stays with the instance between calls; one that outgrew it is left to the garbage collector. */
const KEPT_BYTES = 2 ** 27;
const MAX_BYTES = 2 ** 32;

let instance: LinalgExports | null = null;

/** The factor whose copy stands where `withArrays` puts its first array: it need not be copied again. */
let held: WeakRef<Float64Array> | null = null;

/**
 * Runs `body` with arrays of these lengths in WASM memory (their byteOffset is the address), whose entries are anything,
 * and scratch memory.
 */
export function withArrays<Result>(
  lengths: readonly number[],
  workBytes: (wasm: LinalgExports) => number,
  body: (wasm: LinalgExports, arrays: readonly Float64Array[], gemmWork: number, work: number) => Result,
): Result {
  instance ??= instantiate() as LinalgExports;
  const wasm = instance;
  held = null;
  const offsets: number[] = [];
  let top = FREE;
  for (const bytes of [wasm.gemmWorkBytes(), workBytes(wasm), ...lengths.map((length) => length * 8)]) {
    offsets.push(top);
    top += Math.ceil(bytes / 64) * 64;
  }
  reserve(wasm.memory, top);
  const { buffer } = wasm.memory;
  const [gemmWork, work, ...starts] = offsets;
  const arrays = starts.map((at, i) => new Float64Array(buffer, at, lengths[i]));
  try {
    return body(wasm, arrays, gemmWork, work);
  } finally {
    if (buffer.byteLength > KEPT_BYTES) {
      instance = null;
      held = null;
    }
  }
}

function reserve(memory: WebAssembly.Memory, bytes: number): void {
  const size = `${(bytes / 2 ** 30).toFixed(2)} GiB`;
  if (bytes > MAX_BYTES) {
    throw new UnsupportedError(
      `linalg: the matrices need ${size}, WebAssembly addresses at most 4 GiB. Use smaller matrices.`,
    );
  }
  try {
    ensureBytes(memory, bytes);
  } catch {
    throw new UnsupportedError(
      `linalg: the matrices need ${size}, which could not be allocated. Use smaller matrices.`,
    );
  }
}

export function expectLength(name: string, array: Float64Array, length: number): void {
  if (array.length !== length) {
    throw new ShapeError(`linalg: ${name} needs ${length} entries, got ${array.length}.`);
  }
}

const none = (): number => 0;

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
    held = new WeakRef(factor);
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
  const present = held?.deref() === factor;
  return withArrays([n * n, n * columns], none, (wasm, [l, x], work) => {
    if (!present) l.set(factor);
    held = new WeakRef(factor);
    return body((b) => {
      expectLength('b', b, n * columns);
      x.set(b);
      wasm.solveLower64(n, columns, l.byteOffset, n, 1, x.byteOffset, columns, work);
      wasm.solveUpper64(n, columns, l.byteOffset, 1, n, x.byteOffset, columns, work);
      return x.slice();
    });
  });
}

/**
 * Solves R X = B for the triangle R of {@link appendRows}' state `[n, n + columns]` and the B beside it.
 *
 * @returns X `[n, columns]`: the least-squares solution over all appended rows
 * @throws ShapeError when `state` has the wrong length
 */
export function solveAppended(state: Float64Array, n: number, columns: number): Float64Array {
  const width = n + columns;
  expectLength('state', state, n * width);
  return withArrays([n * width, n * columns], none, (wasm, [r, x], work) => {
    r.set(state);
    for (let i = 0; i < n; i++) x.set(state.subarray(i * width + n, (i + 1) * width), i * columns);
    wasm.solveUpper64(n, columns, r.byteOffset, width, 1, x.byteOffset, columns, work);
    return x.slice();
  });
}

/**
 * Appends rows to the QR factorisation of a least-squares problem min ‖A X − B‖ that is read block by block.
 *
 * @param state `[n, n + columns]`, updated in place: the triangle R of A = Q R, and the first n rows of Qᵀ B beside
 *   it. All zeros to begin with; √λ·I in R's place for a ridge λ‖X‖².
 * @param block `[n + columns, rows]`: the new rows of `[A, B]`, transposed
 * @returns what these rows add to the least squared residual
 * @throws ShapeError when an array has the wrong length
 * @remarks 2·rows·n·(n + columns) operations in Householder reflections: backward stable, with the condition number of A
 *   where the normal equations have its square.
 */
export function appendRows(
  state: Float64Array,
  n: number,
  columns: number,
  block: Float64Array,
  rows: number,
): number {
  const width = n + columns;
  expectLength('state', state, n * width);
  expectLength('block', block, width * rows);
  return withArrays(
    [n * width, width * rows],
    (wasm) => wasm.qrWorkBytes(width),
    (wasm, [r, rowsOfBlock], gemmWork, work) => {
      r.set(state);
      rowsOfBlock.set(block);
      wasm.qrAppend64(n, width, rows, r.byteOffset, rowsOfBlock.byteOffset, work, gemmWork);
      state.set(r);
      let residual = 0;
      for (let i = n * rows; i < width * rows; i++) residual += rowsOfBlock[i] ** 2;
      return residual;
    },
  );
}
