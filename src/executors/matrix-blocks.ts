import type { FloatArray } from '../base/nd-array.js';
import type { Span } from './spans.js';

// Blocks of row-major matrices, and their mirror images.

/** Copies a block's entries to their places among all, `[n1, n2]`. */
export function putBlock(to: FloatArray, n2: number, rows: Span, columns: Span, block: FloatArray): void {
  const width = columns[1] - columns[0];
  for (let i = rows[0]; i < rows[1]; i++) {
    const at = (i - rows[0]) * width;
    to.set(block.subarray(at, at + width), i * n2 + columns[0]);
  }
}

/** A copy of a block's entries, from all, `[n1, n2]`. */
export function blockOf(from: FloatArray, n2: number, rows: Span, columns: Span): FloatArray {
  const width = columns[1] - columns[0];
  const block = from.slice(0, (rows[1] - rows[0]) * width);
  for (let i = rows[0]; i < rows[1]; i++) {
    block.set(from.subarray(i * n2 + columns[0], i * n2 + columns[1]), (i - rows[0]) * width);
  }
  return block;
}

/** Copies a block's entries to their mirrored places, `[n2, n1]`. */
export function putTransposed(
  to: FloatArray,
  n1: number,
  rows: Span,
  columns: Span,
  block: FloatArray,
): void {
  const width = columns[1] - columns[0];
  eachEntry(rows, columns, (i, j) => {
    to[j * n1 + i] = block[(i - rows[0]) * width + j - columns[0]];
  });
}

/** Copies a block's entries on and right of the diagonal to their places and to their mirrored ones. */
export function putSymmetric(to: FloatArray, n: number, rows: Span, columns: Span, block: FloatArray): void {
  const width = columns[1] - columns[0];
  for (let i = rows[0]; i < rows[1]; i++) {
    const first = Math.max(columns[0], i);
    const at = (i - rows[0]) * width - columns[0];
    to.set(block.subarray(at + first, at + columns[1]), i * n + first);
  }
  eachEntry(rows, columns, (i, j) => {
    if (j > i) to[j * n + i] = to[i * n + j];
  });
}

/** M + Mᵀ, in place. */
export function addTranspose(matrix: FloatArray, n: number): void {
  eachEntry([0, n], [0, n], (i, j) => {
    if (j < i) return;
    const sum = matrix[i * n + j] + matrix[j * n + i];
    matrix[i * n + j] = sum;
    matrix[j * n + i] = sum;
  });
}

/** The transpose of a matrix `[rows, columns]`. */
export function transpose<Numbers extends FloatArray>(
  matrix: Numbers,
  rows: number,
  columns: number,
): Numbers {
  const out = matrix.slice() as Numbers;
  eachEntry([0, rows], [0, columns], (i, j) => {
    out[j * rows + i] = matrix[i * columns + j];
  });
  return out;
}

/** `to[at …]` += `from`. */
export function addAt(to: Float64Array, at: number, from: ArrayLike<number>): void {
  for (let i = 0; i < from.length; i++) to[at + i] += from[i];
}

/** Visits the entries of a matrix in squares: these and their mirror images stay in cache. */
function eachEntry(rows: Span, columns: Span, visit: (i: number, j: number) => void): void {
  const side = 32;
  for (let top = rows[0]; top < rows[1]; top += side) {
    for (let left = columns[0]; left < columns[1]; left += side) {
      const [bottom, right] = [Math.min(rows[1], top + side), Math.min(columns[1], left + side)];
      for (let i = top; i < bottom; i++) for (let j = left; j < right; j++) visit(i, j);
    }
  }
}
