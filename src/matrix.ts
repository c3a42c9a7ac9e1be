import { Matrix } from 'ml-matrix';
import type { FloatArray } from './nd-array.js';

/** The entries of a matrix in row-major order. */
export function rowMajor(matrix: Matrix): Float64Array {
  const { rows, columns } = matrix;
  const out = new Float64Array(rows * columns);
  const stored = storedRows(matrix);
  if (stored) {
    for (let i = 0; i < rows; i++) out.set(stored[i], i * columns);
    return out;
  }
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[at++] = matrix.get(i, j);
  return out;
}

/** The matrix `[rows, columns]` of row-major entries. */
export function fromRowMajor(entries: FloatArray, rows: number, columns: number): Matrix {
  const matrix = new Matrix(rows, columns);
  const stored = storedRows(matrix);
  if (stored) {
    for (let i = 0; i < rows; i++) stored[i].set(entries.subarray(i * columns, (i + 1) * columns));
    return matrix;
  }
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < columns; j++) matrix.set(i, j, entries[at++]);
  return matrix;
}

/**
 * The rows in which an ml-matrix holds its entries, which its types do not tell; null for its views, which have none.
 * Copies of whole rows are many times faster than entry by entry.
 */
function storedRows(matrix: Matrix): Float64Array[] | null {
  const { data } = matrix as Matrix & { readonly data?: unknown };
  return Array.isArray(data) && data.every((row) => row instanceof Float64Array) ? data : null;
}
