import * as tf from '#tf';
import { sizeOf } from '../../../base/nd-array.js';
import type { DiagonalOp } from '../../../program/ops/diagonal.js';
import { mapCovariances } from '../pair-covariances.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `diagonal`. */
export const evaluateDiagonal: Evaluation<DiagonalOp> = (op, [input]) => {
  const p = sizeOf(op.shape);
  const equal = tf.reshape(tf.eye(p), [1, p, 1, p]);
  return mapCovariances(input, op.shape, (k) => tf.mul(k, equal));
};
