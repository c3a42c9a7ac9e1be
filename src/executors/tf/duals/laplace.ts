import * as tf from '#tf';
import type { Dual, Moments } from './dual.js';

/**
 * The Laplace kernel: with d = √(q1 + q2 − 2K), K' = exp(−d) and ∂K'/∂K = exp(−d)/d, which is infinite where d = 0. Derivatives there
 * are taken as 0.
 */
export const laplaceDual: Dual = {
  moment: {
    value: (m) => tf.exp(tf.neg(distance(m))),
    byK: (m) => slope(m),
    byQ1: (m) => tf.mul(-0.5, slope(m)),
  },
  slope: {
    value: (m) => tf.div(tf.exp(tf.neg(distance(m))), distance(m)),
    byK: (m) => slopeByK(m),
    byQ1: (m) => tf.mul(-0.5, slopeByK(m)),
  },
};

const distance = ({ k, q1, q2 }: Moments) => tf.sqrt(tf.relu(tf.sub(tf.add(q1, q2), tf.mul(2, k))));

function slope(moments: Moments): tf.Tensor {
  const d = distance(moments);
  return tf.divNoNan(tf.exp(tf.neg(d)), d);
}

function slopeByK(moments: Moments): tf.Tensor {
  const d = distance(moments);
  return tf.divNoNan(tf.mul(slope(moments), tf.add(1, d)), tf.square(d));
}
