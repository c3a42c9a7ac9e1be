import * as tf from '#tf';
import type { PoolOp } from '../../../program/ops/pool.js';
import { mapCovariances, multiplyAxis } from '../pair-covariances.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `pool`. */
export const evaluatePool: Evaluation<PoolOp> = (op, [input]) =>
  mapCovariances(input, op.shape, (k) => {
    const sizes = [...input.shape];
    let result = k;
    for (const [axis, size] of input.shape.entries()) {
      const sums = Array.from({ length: op.shape[axis] ?? 1 }, (_, P) => {
        const first = P * op.strides[axis] - op.low[axis];
        return Array.from({ length: size }, (_, i) => Number(i >= first && i < first + op.window[axis]));
      });
      result = multiplyAxis(result, sizes, axis, tf.tensor2d(sums));
      sizes[axis] = sums.length;
    }
    return tf.mul(result, op.scale);
  });
