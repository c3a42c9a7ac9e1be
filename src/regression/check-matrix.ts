import type { Matrix } from 'ml-matrix';
import { NonFiniteError, ShapeError } from '../base/errors.js';
import { firstNonFinite } from '../base/first-non-finite.js';
import { rowMajor } from '../base/matrix.js';
import { sharedZeros } from '../base/shared-memory.js';

/** @throws NonFiniteError naming the matrix and its first entry that is NaN or infinite. */
export function checkFinite(where: string, name: string, matrix: Matrix): void {
  checkEntries(where, name, rowMajor(matrix), matrix.columns);
}

function checkEntries(where: string, name: string, entries: Float64Array, columns: number): void {
  const at = firstNonFinite(entries);
  if (at < 0) return;
  throw new NonFiniteError(
    `${where}: ${name} must be finite, got ${entries[at]} at [${Math.floor(at / columns)}, ${at % columns}]. ` +
      'Clean the data first.',
  );
}

/**
 * The entries of a square matrix, row-major, in memory that threads share where the platform has such.
 *
 * @throws ShapeError when it is not square or has no rows.
 * @throws NonFiniteError when an entry is NaN or infinite.
 */
export function readSquare(where: string, name: string, matrix: Matrix): Float64Array {
  const { rows, columns } = matrix;
  if (rows !== columns || rows === 0) {
    throw new ShapeError(`${where}: ${name} must be square and not empty, got [${rows}, ${columns}].`);
  }
  const entries = rowMajor(matrix, sharedZeros('float64', rows * columns) as Float64Array);
  checkEntries(where, name, entries, columns);
  return entries;
}

/** @throws ShapeError when a matrix has another number of rows than `rows`. */
export function checkRows(where: string, name: string, matrix: Matrix, rows: number): void {
  if (matrix.rows !== rows || matrix.columns === 0) {
    throw new ShapeError(
      `${where}: ${name} needs ${rows} rows and at least one column, got [${matrix.rows}, ${matrix.columns}].`,
    );
  }
}
