import * as tf from '#tf';
import type { Dual, Moments } from './dual.js';

/**
 * Dual of a·min(x,0) + b·max(x,0), with s = √(q1q2−K²), θ = atan2(s, K), κ = (a−b)²/2π, H = (a²+b²)/2:
 * ∂K'/∂K = H − κθ and K' = κs + K·∂K'/∂K. Where a variance is 0, θ = π/2.
 *
 * Where q1q2 − K² ≤ 0 (identical and antipodal points, zeros) the derivatives of s and θ are 0, as in Neural
 * Tangents: the singular parts cancel in the sum over K, q1 and q2.
 *
 * @source Y. Cho and L. Saul, Kernel methods for deep learning, 2009.
 */
export function abReluDual(a: number, b: number): Dual {
  const kappa = (a - b) ** 2 / (2 * Math.PI);
  const half = (a * a + b * b) / 2;
  const slope = ({ k, s }: Moments) => {
    const degenerate = tf.logicalAnd(tf.equal(s, 0), tf.equal(k, 0));
    const theta = tf.where(degenerate, tf.fill(k.shape, Math.PI / 2), tf.atan2(s, k));
    return tf.sub(half, tf.mul(kappa, theta));
  };
  return {
    moment: {
      value: (moments) => tf.add(tf.mul(kappa, moments.s), tf.mul(moments.k, slope(moments))),
      byK: slope,
      byQ1: ({ s, q1 }) => tf.mul(s, tf.divNoNan(kappa / 2, q1)),
    },
    slope: {
      value: slope,
      byK: ({ s }) => tf.divNoNan(kappa, s),
      byQ1: ({ k, s, q1 }) => tf.mul(tf.divNoNan(k, s), tf.divNoNan(-kappa / 2, q1)),
    },
  };
}
