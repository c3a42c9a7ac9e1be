import * as tf from '#tf';
import type { PermuteOp } from '../../../program/ops/permute.js';
import { mapCovariances } from '../pair-covariances.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `permute`. */
export const evaluatePermute: Evaluation<PermuteOp> = ({ order, shape }, [input]) =>
  mapCovariances(input, shape, (k) => permuted(permuted(k, input.shape, order, 1), input.shape, order, 3));

/** `[n1, p, n2, p']` with the positions of axis `at` in the order of the result. */
function permuted(
  covariance: tf.Tensor4D,
  image: readonly number[],
  order: readonly number[],
  at: 1 | 3,
): tf.Tensor4D {
  const before = covariance.shape.slice(0, at).reduce((a, b) => a * b, 1);
  const after = covariance.shape.slice(at + 1).reduce((a, b) => a * b, 1);
  const axes = [0, ...order.map((axis) => axis + 1), image.length + 1];
  const split = tf.reshape(covariance, [before, ...image, after]);
  return tf.reshape(tf.transpose(split, axes), covariance.shape);
}
