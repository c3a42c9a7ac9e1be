import { Matrix } from './ml-matrix.js';
import type { FloatArray } from './nd-array.js';

/** The entries of a matrix in row-major order, written to `out`. */
export function rowMajor(
  matrix: Matrix,
  out: Float64Array = new Float64Array(matrix.rows * matrix.columns),
): Float64Array {
  const { rows, columns } = matrix;
  const stored = storedRows(matrix);
  if (stored) {
    for (let i = 0; i < rows; i++) out.set(stored[i], i * columns);
    return out;
  }
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[at++] = matrix.get(i, j);
  return out;
}

/** The matrix `[rows, columns]` of row-major entries, which it copies. */
export function fromRowMajor(entries: FloatArray, rows: number, columns: number): Matrix {
  return takeRowMajor(new Float64Array(entries), rows, columns);
}

/** The matrix `[rows, columns]` of row-major entries, which it keeps: they must not be changed any more. */
export function takeRowMajor(entries: Float64Array, rows: number, columns: number): Matrix {
  const matrix = new Matrix(0, columns) as { -readonly [Key in keyof Matrix]: Matrix[Key] };
  const stored = storedRows(matrix);
  if (!stored) return Matrix.from1DArray(rows, columns, entries);
  for (let i = 0; i < rows; i++) stored.push(entries.subarray(i * columns, (i + 1) * columns));
  matrix.rows = rows;
  return matrix;
}

/**
 * The rows in which an ml-matrix holds its entries, which its types do not tell; null for its views, which have none.
 * Whole rows are copied, or taken, many times faster than entry by entry.
 */
function storedRows(matrix: Matrix): Float64Array[] | null {
  const { data } = matrix as Matrix & { readonly data?: unknown };
  return Array.isArray(data) && data.every((row) => row instanceof Float64Array) ? data : null;
}
