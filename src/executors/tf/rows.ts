import * as tf from '#tf';
import type { Source } from '../executor.js';

/** `size` numbers of every row from `at` on: x1's `[n1, size]` and x2's `[n2, size]`, null where x2 is x1. */
export function rowsOf(
  op: string,
  { x1, x2 = null }: Source,
  at: number,
  size: number,
): { readonly first: tf.Tensor2D; readonly second: tf.Tensor2D | null } {
  if (x1 === undefined) {
    throw new TypeError(
      `${op}: the Program reads the samples' rows, got covariances alone. Pass { x1, x2 } as the source.`,
    );
  }
  const part = (rows: tf.Tensor): tf.Tensor2D =>
    tf.slice(tf.reshape(rows, [rows.shape[0], -1]), [0, at], [rows.shape[0], size]) as tf.Tensor2D;
  return { first: part(x1), second: x2 && part(x2) };
}
