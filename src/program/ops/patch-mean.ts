import * as tf from '@tensorflow/tfjs';
import { sizeOf } from '../../nd-array.js';
import type { OpBase } from '../program.js';
import { mapCovariances } from './pair-covariances.js';
import type { OpRule } from './rule.js';

/**
 * K'[P,P'] = mean over the window's δ of K[P·s − lo + δ, P'·s − lo + δ], both positions moved by the same δ;
 * positions outside the image count as 0 (the divisor stays the window's size). Θ alike.
 *
 * The weights of a convolution (before `affine`). Flatten is the case window = image, giving shape `[]`.
 */
export interface PatchMeanOp extends OpBase<'patchMean'> {
  readonly window: readonly number[];
  readonly strides: readonly number[];
  /** Zero padding before the first position, one entry per axis. */
  readonly low: readonly number[];
}

/** How executors run `patchMean`. */
export const patchMeanRule: OpRule<PatchMeanOp> = {
  needs(op, offset, inputShape) {
    const d = inputShape.map((_, axis) => op.strides[axis] * (offset[axis] ?? 0));
    return d.every((entry, axis) => Math.abs(entry) < inputShape[axis]) ? [d] : [];
  },
  evaluate: (op, [input]) =>
    mapCovariances(input, op.shape, (k) => {
      const [n1, , n2] = k.shape;
      const sizes = [...input.shape];
      let result: tf.Tensor = k;
      for (let axis = 0; axis < sizes.length; axis++) {
        const before = sizeOf(sizes.slice(0, axis));
        const after = sizeOf(sizes.slice(axis + 1));
        const size = sizes[axis];
        const out = op.shape[axis] ?? 1;
        const pairs = tf.reshape(result, [
          n1 * before,
          size,
          after * n2 * before,
          size,
          after,
        ]) as tf.Tensor5D;
        result = shiftedSum(pairs, out, op.window[axis], op.strides[axis], op.low[axis]);
        sizes[axis] = out;
      }
      const p = sizeOf(sizes);
      return tf.reshape(tf.div(result, sizeOf(op.window)), [n1, p, n2, p]);
    }),
};

/** Σ_k of `pairs` `[·, size, ·, size', ·]` with both positions of one axis at stride·P − low + k, k < window. */
function shiftedSum(pairs: tf.Tensor5D, out: number, window: number, stride: number, low: number): tf.Tensor {
  const [a, size, b, , c] = pairs.shape;
  if (out === 1 && low === 0 && window === size) {
    // The trace of Flatten: a masked sum, where the gradients of `window` slices would each fill the whole tensor.
    return tf.sum(tf.mul(pairs, tf.reshape(tf.eye(size), [1, size, 1, size, 1])), [1, 3]);
  }
  // Zeros after the image so that every shifted slice holds whole strides.
  const high = Math.max(window - 1 + out * stride - low - size, 0);
  const margins: [number, number] = [low, high];
  const padded = low + high === 0 ? pairs : tf.pad(pairs, [[0, 0], margins, [0, 0], margins, [0, 0]]);
  const wide = low + size + high;
  const terms = Array.from({ length: window }, (_, k) => {
    const rows = everyFrom(tf.reshape(padded, [a, wide, b * wide * c]), k, out, stride);
    return everyFrom(tf.reshape(rows, [a * out * b, wide, c]), k, out, stride);
  });
  return tf.addN(terms);
}

/** Entries first, first + stride, …, `count` of them, of the middle axis (tfjs has no gradient for `stridedSlice`). */
function everyFrom(tensor: tf.Tensor3D, first: number, count: number, stride: number): tf.Tensor3D {
  const [before, , after] = tensor.shape;
  const range = tf.slice(tensor, [0, first, 0], [before, count * stride, after]);
  if (stride === 1) return range;
  const strides = tf.reshape(range, [before * count, stride, after]);
  return tf.reshape(tf.slice(strides, [0, 0, 0], [before * count, 1, after]), [before, count, after]);
}
