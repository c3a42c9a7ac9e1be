import * as tf from '@tensorflow/tfjs';
import { type Dual, sine } from './dual.js';

/**
 * Dual of erf(x), with r² = (1+2q1)(1+2q2) − 4K²: K' = (2/π)·atan2(2K, r) and ∂K'/∂K = 4/(πr).
 *
 * r² is summed as 1 + 2q1 + 2q2 + 4(q1q2−K²), without cancellation; it is at least 1, so nothing is singular.
 *
 * @source Williams, Computing with Infinite Networks (1997), eq. 11.
 */
export const erfDual: Dual = {
  moment: {
    value: (k, q1, q2) => tf.mul(2 / Math.PI, tf.atan2(tf.mul(2, k), tf.sqrt(rSquared(k, q1, q2)))),
    byK: slope,
    byQ1: (k, q1, q2) => tf.neg(tf.div(tf.mul(k, slope(k, q1, q2)), onePlusTwice(q1))),
  },
  slope: {
    value: slope,
    byK: (k, q1, q2) => tf.div(tf.mul(tf.mul(4, k), slope(k, q1, q2)), rSquared(k, q1, q2)),
    byQ1: (k, q1, q2) => tf.neg(tf.div(tf.mul(onePlusTwice(q2), slope(k, q1, q2)), rSquared(k, q1, q2))),
  },
};

function slope(k: tf.Tensor, q1: tf.Tensor, q2: tf.Tensor): tf.Tensor {
  return tf.mul(4 / Math.PI, tf.rsqrt(rSquared(k, q1, q2)));
}

function rSquared(k: tf.Tensor, q1: tf.Tensor, q2: tf.Tensor): tf.Tensor {
  const linear = tf.add(1, tf.mul(2, tf.add(q1, q2)));
  return tf.add(linear, tf.mul(4, tf.square(sine(k, q1, q2))));
}

function onePlusTwice(q: tf.Tensor): tf.Tensor {
  return tf.add(1, tf.mul(2, q));
}
