import { Matrix } from 'ml-matrix';
import type { FloatArray } from './nd-array.js';

/** The entries of a matrix in row-major order. */
export function rowMajor(matrix: Matrix): Float64Array {
  const { rows, columns } = matrix;
  const data = new Float64Array(rows * columns);
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < columns; j++) data[at++] = matrix.get(i, j);
  return data;
}

/** The matrix `[rows, columns]` of row-major entries. */
export function fromRowMajor(data: FloatArray, rows: number, columns: number): Matrix {
  const matrix = new Matrix(rows, columns);
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < columns; j++) matrix.set(i, j, data[at++]);
  return matrix;
}
