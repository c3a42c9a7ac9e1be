import { expectLength, none, withArrays } from './memory.js';

// Least squares min ‖A X − B‖ over rows that come block by block.

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
