import * as tf from '@tensorflow/tfjs';
import { type Dual, sine } from './dual.js';

/**
 * Dual of a·min(x,0) + b·max(x,0), with s = √(q1q2−K²), θ = atan2(s, K), κ = (a−b)²/2π, H = (a²+b²)/2:
 * ∂K'/∂K = H − κθ and K' = κs + K·∂K'/∂K. Where a variance is 0, θ = π/2.
 *
 * Where q1q2 − K² ≤ 0 (identical and antipodal points, zeros) the derivatives of s and θ are 0, as in Neural
 * Tangents: the singular parts cancel in the sum over K, q1 and q2.
 *
 * @source Cho and Saul, Kernel Methods for Deep Learning (2009), eq. 5–6.
 */
export function abReluDual(a: number, b: number): Dual {
  const kappa = (a - b) ** 2 / (2 * Math.PI);
  const half = (a * a + b * b) / 2;
  const slopeAt = (k: tf.Tensor, s: tf.Tensor) => {
    const degenerate = tf.logicalAnd(tf.equal(s, 0), tf.equal(k, 0));
    const theta = tf.where(degenerate, tf.fill(k.shape, Math.PI / 2), tf.atan2(s, k));
    return tf.sub(half, tf.mul(kappa, theta));
  };
  const slope = (k: tf.Tensor, q1: tf.Tensor, q2: tf.Tensor) => slopeAt(k, sine(k, q1, q2));
  return {
    moment: {
      value(k, q1, q2) {
        const s = sine(k, q1, q2);
        return tf.add(tf.mul(kappa, s), tf.mul(k, slopeAt(k, s)));
      },
      byK: slope,
      byQ1: (k, q1, q2) => tf.mul(kappa / 2, tf.divNoNan(sine(k, q1, q2), q1)),
    },
    slope: {
      value: slope,
      byK: (k, q1, q2) => tf.divNoNan(kappa, sine(k, q1, q2)),
      byQ1: (k, q1, q2) => tf.mul(-kappa / 2, tf.divNoNan(tf.divNoNan(k, sine(k, q1, q2)), q1)),
    },
  };
}
