import * as tf from '#tf';
import { sizeOf } from '../../base/nd-array.js';
import type { PairCovariances } from './pair-covariances.js';

/**
 * M1·K·M2ᵀ over positions, with a matrix of each sample's own.
 *
 * @param shape spatial shape of the result.
 * @param first x1's matrices, `[n1, out, in]`.
 * @param second x2's, `[n2, out, in]`; null: x2 is x1.
 */
export function multiplyPositions(
  { nngp, ntk, cov1, cov2 }: PairCovariances,
  shape: readonly number[],
  first: tf.Tensor3D,
  second: tf.Tensor3D | null,
): PairCovariances {
  const out = sizeOf(shape);
  const pairs = (k: tf.Tensor4D): tf.Tensor4D => {
    const [n1, p, n2] = k.shape;
    const left = tf.matMul(first, tf.reshape(k, [n1, p, n2 * p]));
    const columns = tf.transpose(tf.reshape(left, [n1, out, n2, p]), [2, 0, 1, 3]);
    const both = tf.matMul(tf.reshape(columns, [n2, n1 * out, p]), second ?? first, false, true);
    return tf.transpose(tf.reshape(both, [n2, n1, out, out]), [1, 2, 0, 3]);
  };
  const own = (k: tf.Tensor4D, matrices: tf.Tensor3D): tf.Tensor4D => {
    const [n, p] = k.shape;
    const left = tf.matMul(matrices, tf.reshape(k, [n, p, p]));
    return tf.reshape(tf.matMul(left, matrices, false, true), [n, out, 1, out]);
  };
  return {
    shape,
    nngp: pairs(nngp),
    ntk: ntk && pairs(ntk),
    cov1: own(cov1, first),
    cov2: cov2 && own(cov2, second ?? first),
  };
}
