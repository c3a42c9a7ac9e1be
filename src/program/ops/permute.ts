import * as tf from '@tensorflow/tfjs';
import type { OpBase } from './op.js';
import { mapCovariances } from './pair-covariances.js';
import type { OpRule } from './rule.js';

/**
 * Spatial axes in another order: K'[P,P'] = K[p,p'] with p[order[a]] = P[a] on every axis a. Θ alike.
 *
 * A convolution whose `dimensionNumbers` name the axes of its outputs in another order than those of its inputs.
 */
export interface PermuteOp extends OpBase<'permute'> {
  /** For each axis of the result, the input's axis that it is. */
  readonly order: readonly number[];
}

/** How executors run `permute`. */
export const permuteRule: OpRule<PermuteOp> = {
  needs: ({ order }, offset) => [order.map((_, axis) => offset[order.indexOf(axis)])],
  evaluate: ({ order, shape }, [input]) =>
    mapCovariances(input, shape, (k) => permuted(permuted(k, input.shape, order, 1), input.shape, order, 3)),
};

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
