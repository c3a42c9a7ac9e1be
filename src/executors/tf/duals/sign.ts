import * as tf from '#tf';
import type { Dual, Moments } from './dual.js';

/**
 * Dual of sign(x), with s = √(q1q2−K²), θ = atan2(s, K): K' = 1 − 2θ/π, 0 where a variance is 0. Θ' is 0, the finite
 * function being constant almost everywhere. ∂K'/∂K = 2/(πs), taken as 0 where s = 0.
 */
export const signDual: Dual = {
  moment: {
    value({ k, s }) {
      const degenerate = tf.logicalAnd(tf.equal(s, 0), tf.equal(k, 0));
      const value = tf.sub(1, tf.mul(2 / Math.PI, tf.atan2(s, k)));
      return tf.where(degenerate, tf.zerosLike(k), value);
    },
    byK: ({ s }) => tf.divNoNan(2 / Math.PI, s),
    byQ1: ({ k, s, q1 }) => tf.mul(tf.divNoNan(k, s), tf.divNoNan(-1 / Math.PI, q1)),
  },
  slope: { value: zeros, byK: zeros, byQ1: zeros },
};

function zeros({ k }: Moments): tf.Tensor {
  return tf.zerosLike(k);
}
