import * as tf from '#tf';
import { sizeOf } from '../../../base/nd-array.js';
import type { GramOp } from '../../../program/ops/gram.js';
import { rowsOf } from '../rows.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `gram`. */
export const evaluateGram: Evaluation<GramOp> = ({ shape, channels, at }, _inputs, { source }) => {
  const p = sizeOf(shape);
  const { first, second } = rowsOf('gram', source, at, p * channels);
  const withItself = (rows: tf.Tensor2D): tf.Tensor4D => {
    const points = tf.reshape(rows, [-1, p, channels]);
    const covariance = tf.div(tf.matMul(points, points, false, true), channels);
    return tf.reshape(covariance, [points.shape[0], p, 1, p]);
  };
  const points1 = tf.reshape(first, [-1, channels]);
  const points2 = second === null ? points1 : tf.reshape(second, [-1, channels]);
  const nngp = tf.div(tf.matMul(points1, points2, false, true), channels);
  return {
    shape,
    nngp: tf.reshape(nngp, [first.shape[0], p, (second ?? first).shape[0], p]),
    ntk: null,
    cov1: withItself(first),
    cov2: second && withItself(second),
  };
};
