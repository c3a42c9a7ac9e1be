import * as tf from '#tf';
import type { Dual, Moments } from './dual.js';

/**
 * Dual of exp(bx²): with u = (1−2bq1)(1−2bq2) − 4b²K² = 1 − 2b(q1+q2) + 4b²(q1q2−K²), K' = u^(−1/2) and
 * ∂K'/∂K = 4b²K·u^(−3/2). Where u ≤ 0 the second moment is infinite.
 */
export function gaussianDual(b: number): Dual {
  const uOf = ({ q1, q2, s }: Moments) =>
    tf.relu(tf.add(tf.sub(1, tf.mul(2 * b, tf.add(q1, q2))), tf.mul(4 * b * b, tf.square(s))));
  const cube = (u: tf.Tensor) => tf.div(tf.mul(4 * b * b, tf.rsqrt(u)), u);
  const slope = (m: Moments) => tf.mul(m.k, cube(uOf(m)));
  // ∂u/∂q1 = −2b(1 − 2bq2).
  const turn = ({ q2 }: Moments) => tf.mul(2 * b, tf.sub(1, tf.mul(2 * b, q2)));
  return {
    moment: {
      value: (m) => tf.rsqrt(uOf(m)),
      byK: slope,
      byQ1(m) {
        const u = uOf(m);
        return tf.mul(tf.mul(0.5, turn(m)), tf.div(tf.rsqrt(u), u));
      },
    },
    slope: {
      value: slope,
      byK(m) {
        const u = uOf(m);
        return tf.mul(cube(u), tf.add(1, tf.div(tf.mul(12 * b * b, tf.square(m.k)), u)));
      },
      byQ1: (m) => tf.mul(tf.mul(1.5, turn(m)), tf.div(slope(m), uOf(m))),
    },
  };
}
