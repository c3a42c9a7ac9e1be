import type { Matrix } from 'ml-matrix';
import { NonFiniteError, ShapeError } from '../base/errors.js';
import { firstNonFinite } from '../base/first-non-finite.js';
import { rowMajor } from '../base/matrix.js';

/** @throws NonFiniteError naming the matrix and its first entry that is NaN or infinite. */
export function checkFinite(where: string, name: string, matrix: Matrix): void {
  const entries = rowMajor(matrix);
  const at = firstNonFinite(entries);
  if (at < 0) return;
  const [row, column] = [Math.floor(at / matrix.columns), at % matrix.columns];
  throw new NonFiniteError(
    `${where}: ${name} must be finite, got ${entries[at]} at [${row}, ${column}]. Clean the data first.`,
  );
}

/** @throws ShapeError when a matrix is not square or has no rows. */
export function checkSquare(where: string, name: string, matrix: Matrix): void {
  if (matrix.rows !== matrix.columns || matrix.rows === 0) {
    throw new ShapeError(
      `${where}: ${name} must be square and not empty, got [${matrix.rows}, ${matrix.columns}].`,
    );
  }
}

/** @throws ShapeError when a matrix has another number of rows than `rows`. */
export function checkRows(where: string, name: string, matrix: Matrix, rows: number): void {
  if (matrix.rows !== rows || matrix.columns === 0) {
    throw new ShapeError(
      `${where}: ${name} needs ${rows} rows and at least one column, got [${matrix.rows}, ${matrix.columns}].`,
    );
  }
}
