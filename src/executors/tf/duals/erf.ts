import * as tf from '#tf';
import type { Dual, Moments } from './dual.js';

/**
 * Dual of erf(x), with r² = (1+2q1)(1+2q2) − 4K²: K' = (2/π)·atan2(2K, r) and ∂K'/∂K = 4/(πr).
 *
 * r² is summed as 1 + 2q1 + 2q2 + 4(q1q2−K²), without cancellation; it is at least 1, so nothing is singular.
 *
 * @source C. Williams, Computing with infinite networks, 1997.
 */
export const erfDual: Dual = {
  moment: {
    value: (moments) => tf.mul(2 / Math.PI, tf.atan2(tf.mul(2, moments.k), tf.sqrt(rSquared(moments)))),
    byK: slope,
    byQ1: (moments) =>
      tf.neg(tf.mul(tf.mul(moments.k, slope(moments)), tf.reciprocal(onePlusTwice(moments.q1)))),
  },
  slope: {
    value: slope,
    byK: (moments) => tf.div(tf.mul(tf.mul(4, moments.k), slope(moments)), rSquared(moments)),
    byQ1: (moments) => tf.neg(tf.mul(onePlusTwice(moments.q2), tf.div(slope(moments), rSquared(moments)))),
  },
};

function slope(moments: Moments): tf.Tensor {
  return tf.mul(4 / Math.PI, tf.rsqrt(rSquared(moments)));
}

function rSquared({ q1, q2, s }: Moments): tf.Tensor {
  return tf.add(tf.add(onePlusTwice(q1), tf.mul(2, q2)), tf.mul(4, tf.square(s)));
}

function onePlusTwice(q: tf.Tensor): tf.Tensor {
  return tf.add(1, tf.mul(2, q));
}
