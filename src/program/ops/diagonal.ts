import * as tf from '@tensorflow/tfjs';
import { sizeOf } from '../../base/nd-array.js';
import type { OpBase } from './op.js';
import { mapCovariances } from './pair-covariances.js';
import type { OpRule } from './rule.js';

/**
 * K'[p,p] = K[p,p], and 0 between different positions. Θ alike.
 *
 * Weights that positions do not share make them independent: `ConvLocal`.
 */
export interface DiagonalOp extends OpBase<'diagonal'> {}

/** How executors run `diagonal`. */
export const diagonalRule: OpRule<DiagonalOp> = {
  needs: (_op, offset) => (offset.every((d) => d === 0) ? [offset] : []),
  evaluate(op, [input]) {
    const p = sizeOf(op.shape);
    const equal = tf.reshape(tf.eye(p), [1, p, 1, p]);
    return mapCovariances(input, op.shape, (k) => tf.mul(k, equal));
  },
};
