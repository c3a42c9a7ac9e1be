import * as tf from '#tf';
import { sizeOf } from '../../../base/nd-array.js';
import type { CentreBatchOp } from '../../../program/ops/centre-batch.js';
import { mapBatch } from '../batch.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `centreBatch`. */
export const evaluateCentreBatch: Evaluation<CentreBatchOp> = ({ shape }, [input], { batches: [sizes] }) => {
  const p = sizeOf(shape);
  const total = sizes.reduce((a, b) => a + b, 0) * p;
  // One row for x1 and one for x2: 1 at the rows of their samples' positions.
  const members = sizes.map((_, side) =>
    sizes.flatMap((n, other) => Array<number>(n * p).fill(Number(other === side))),
  );
  const indicator = tf.tensor2d(members, [sizes.length, total]);
  const average = tf.tensor2d(
    members.map((row, side) => row.map((member) => member / (sizes[side] * p))),
    [sizes.length, total],
  );
  return mapBatch(input, shape, (k) => {
    const square = tf.reshape(k, [total, total]) as tf.Tensor2D;
    const rows = tf.sub(square, tf.matMul(indicator, tf.matMul(average, square), true));
    const both = tf.sub(rows, tf.matMul(tf.matMul(rows, average, false, true), indicator));
    return tf.reshape(both, k.shape);
  });
};
