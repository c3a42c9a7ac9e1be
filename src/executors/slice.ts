import { isShared } from '../base/shared-memory.js';
import type { Rows } from './pairs.js';
import type { Span } from './spans.js';

/** Rows of a span: a view where threads can share the memory, else a copy of no more than these rows. */
export function slice(rows: Rows, [start, end]: Span): Rows {
  const size = rows.data.length / rows.count;
  const [from, to] = [start * size, end * size];
  return {
    data: isShared(rows.data) ? rows.data.subarray(from, to) : rows.data.slice(from, to),
    count: end - start,
  };
}
