import * as tf from '#tf';
import { combinations } from '../../../program/ops/rule.js';
import type { WeighOp } from '../../../program/ops/weigh.js';
import { mapCovariances } from '../pair-covariances.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `weigh`. */
export const evaluateWeigh: Evaluation<WeighOp> = (op, [input]) => {
  const weights = combinations(op.weights).map((factors) => factors.reduce((a, b) => a * b, 1));
  const column = tf.tensor4d(weights, [1, weights.length, 1, 1]);
  const row = tf.reshape(column, [1, 1, 1, weights.length]);
  return mapCovariances(input, op.shape, (k) => tf.mul(tf.mul(k, column), row));
};
