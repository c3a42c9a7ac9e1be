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
  eachSquare(rows, columns, (top, bottom, left, right) => {
    for (let i = top; i < bottom; i++) {
      const from = (i - rows[0]) * width - columns[0];
      for (let j = left; j < right; j++) to[j * n1 + i] = block[from + j];
    }
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
  eachSquare(rows, columns, (top, bottom, left, right) => {
    for (let i = top; i < bottom; i++) {
      for (let j = Math.max(left, i + 1); j < right; j++) to[j * n + i] = to[i * n + j];
    }
  });
}

/** M + Mᵀ, in place. */
export function addTranspose(matrix: FloatArray, n: number): void {
  eachSquare([0, n], [0, n], (top, bottom, left, right) => {
    for (let i = top; i < bottom; i++) {
      for (let j = Math.max(left, i); j < right; j++) {
        const sum = matrix[i * n + j] + matrix[j * n + i];
        matrix[i * n + j] = sum;
        matrix[j * n + i] = sum;
      }
    }
  });
}

/** The transpose of a matrix `[rows, columns]`. */
export function transpose<Numbers extends FloatArray>(
  matrix: Numbers,
  rows: number,
  columns: number,
): Numbers {
  const out = matrix.slice() as Numbers;
  putTransposed(out, rows, [0, rows], [0, columns], matrix);
  return out;
}

/** `to[at …]` += `from`. */
export function addAt(to: Float64Array, at: number, from: ArrayLike<number>): void {
  for (let i = 0; i < from.length; i++) to[at + i] += from[i];
}

/** Visits a matrix in squares: these and their mirror images stay in cache. */
function eachSquare(
  rows: Span,
  columns: Span,
  visit: (top: number, bottom: number, left: number, right: number) => void,
): void {
  const side = 32;
  for (let top = rows[0]; top < rows[1]; top += side) {
    for (let left = columns[0]; left < columns[1]; left += side) {
      visit(top, Math.min(rows[1], top + side), left, Math.min(columns[1], left + side));
    }
  }
}
