import * as tf from '#tf';
import type { JoinBatchOp } from '../../../program/ops/join-batch.js';
import { mapBatch, multiplyBatch } from '../batch.js';
import type { PairCovariances } from '../pair-covariances.js';
import type { Evaluation } from './evaluation.js';
import { evaluateSum } from './sum.js';

/** Evaluates `joinBatch`. */
export const evaluateJoinBatch: Evaluation<JoinBatchOp> = (op, inputs, context) => {
  const placed = inputs.map((input, branch): PairCovariances => {
    const matrix = placement(context.batches, branch);
    return mapBatch(input, op.shape, (k) => multiplyBatch(k, matrix));
  });
  return evaluateSum({ ...op, op: 'sum' }, placed, context);
};

/**
 * The matrix `[all, own]` that puts a branch's samples where they are among those of all branches: x1's of every branch, then
 * x2's.
 */
function placement(batches: readonly (readonly number[])[], branch: number): tf.Tensor2D {
  const labels = batches[0].flatMap((_, side) =>
    batches.flatMap((sizes, b) => Array.from({ length: sizes[side] }, (__, i) => `${b} ${side} ${i}`)),
  );
  const own = batches[branch].flatMap((n, side) =>
    Array.from({ length: n }, (_, i) => `${branch} ${side} ${i}`),
  );
  return tf.tensor2d(labels.map((label) => own.map((other) => Number(label === other))));
}
