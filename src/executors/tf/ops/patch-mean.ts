import * as tf from '#tf';
import { sizeOf } from '../../../base/nd-array.js';
import type { PatchMeanOp } from '../../../program/ops/patch-mean.js';
import { mapCovariances, multiplyAxis, selection } from '../pair-covariances.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `patchMean`. */
export const evaluatePatchMean: Evaluation<PatchMeanOp> = (op, [input]) =>
  mapCovariances(input, op.shape, (k) => {
    const sizes = [...input.shape];
    let result = k;
    for (const [axis, size] of input.shape.entries()) {
      const out = op.shape[axis] ?? 1;
      const pick = (delta: number) =>
        Array.from({ length: out }, (_, P) => P * op.strides[axis] - op.low[axis] + delta);
      result =
        out === 1 && op.low[axis] === 0 && op.window[axis] === size
          ? trace(result, sizes, axis)
          : tf.addN(
              Array.from({ length: op.window[axis] }, (_, delta) =>
                multiplyAxis(result, sizes, axis, selection(pick(delta), size)),
              ),
            );
      sizes[axis] = out;
    }
    return tf.div(result, sizeOf(op.window));
  });

/** Σ_i K[i, i] along one spatial axis: what a window as large as the image (Flatten) sums, in one pass. */
function trace(covariance: tf.Tensor4D, sizes: readonly number[], axis: number): tf.Tensor4D {
  const [n1, p, n2] = covariance.shape;
  const size = sizes[axis];
  const before = sizeOf(sizes.slice(0, axis));
  const after = sizeOf(sizes.slice(axis + 1));
  const pairs = tf.reshape(covariance, [n1 * before, size, after * n2 * before, size, after]);
  const diagonal = tf.reshape(tf.eye(size), [1, size, 1, size, 1]);
  return tf.reshape(tf.sum(tf.mul(pairs, diagonal), [1, 3]), [n1, p / size, n2, p / size]);
}
