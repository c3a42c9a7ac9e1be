import * as tf from '#tf';
import { sizeOf } from '../../../base/nd-array.js';
import { type AttentionMechanism, type AttentionOp, LEFT_OUT } from '../../../program/ops/attention.js';
import { multiplyPositions } from '../position-matrices.js';
import { rowsOf } from '../rows.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `attention`. */
export const evaluateAttention: Evaluation<AttentionOp> = (
  { shape, mechanism, scale, bias, keys },
  [input],
  { source },
) => {
  const p = sizeOf(shape);
  const visible = keys === null ? null : rowsOf('attention', source, keys, p);
  const weights = (covariance: tf.Tensor4D, rows: tf.Tensor2D | null | undefined): tf.Tensor3D => {
    let scores: tf.Tensor = tf.mul(tf.reshape(covariance, [-1, p, p]), scale);
    if (bias !== null) scores = tf.add(scores, tf.tensor3d([bias.map((row) => [...row])]));
    if (rows) {
      const seen = tf.reshape(rows, [-1, 1, p]);
      scores = tf.mul(scores, seen);
      if (mechanism === 'softmax') scores = tf.add(scores, tf.mul(tf.sub(1, seen), LEFT_OUT));
    }
    return mechanisms[mechanism](scores) as tf.Tensor3D;
  };
  const first = weights(input.cov1, visible?.first);
  const second = input.cov2 && weights(input.cov2, visible?.second);
  return multiplyPositions(input, shape, first, second);
};

const mechanisms: { readonly [Name in AttentionMechanism]: (scores: tf.Tensor) => tf.Tensor } = {
  softmax: (scores) => tf.softmax(scores),
  identity: (scores) => scores,
  abs: (scores) => tf.abs(scores),
  relu: (scores) => tf.relu(scores),
};
