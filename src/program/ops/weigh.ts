import * as tf from '@tensorflow/tfjs';
import type { OpBase } from './op.js';
import { mapCovariances } from './pair-covariances.js';
import { combinations, type OpRule, sameOffset } from './rule.js';

/**
 * K'[p,p'] = w[p]·w[p']·K[p,p'] with w[p] = Π_axes weights[axis][p_axis]. Θ alike.
 *
 * `AvgPool` with `normalizeEdges` divides by the number of real positions under each window this way.
 */
export interface WeighOp extends OpBase<'weigh'> {
  readonly weights: readonly (readonly number[])[];
}

/** How executors run `weigh`. */
export const weighRule: OpRule<WeighOp> = {
  needs: sameOffset,
  evaluate(op, [input]) {
    const weights = combinations(op.weights).map((factors) => factors.reduce((a, b) => a * b, 1));
    const column = tf.tensor4d(weights, [1, weights.length, 1, 1]);
    const row = tf.reshape(column, [1, 1, 1, weights.length]);
    return mapCovariances(input, op.shape, (k) => tf.mul(tf.mul(k, column), row));
  },
};
