import * as tf from '#tf';
import type { Dual, Moments } from './dual.js';

/**
 * The map K' = √(q1q2)·E, Θ'/Θ = γE with E = exp(γ(c + shift)), c = K/√(q1q2), 0 where a variance is 0.
 *
 * @param clip whether to clip c to [−1, 1].
 */
export function expNormalizedDual(gamma: number, shift: number, clip: boolean): Dual {
  const parts = ({ k, q1, q2 }: Moments) => {
    const p = tf.mul(tf.sqrt(q1), tf.sqrt(q2));
    const ratio = tf.divNoNan(k, p);
    const c = clip ? tf.clipByValue(ratio, -1, 1) : ratio;
    const e = tf.exp(tf.mul(gamma, tf.add(c, shift)));
    return { p, c, e, slope: tf.mul(gamma, e) };
  };
  const half = (q: tf.Tensor) => tf.divNoNan(0.5, q);
  return {
    moment: {
      value(m) {
        const { p, e } = parts(m);
        return tf.mul(p, e);
      },
      byK: (m) => parts(m).slope,
      byQ1(m) {
        const { p, c, e } = parts(m);
        return tf.mul(tf.mul(p, e), tf.mul(half(m.q1), tf.sub(1, tf.mul(gamma, c))));
      },
    },
    slope: {
      value: (m) => parts(m).slope,
      byK(m) {
        const { p, slope } = parts(m);
        return tf.divNoNan(tf.mul(gamma, slope), p);
      },
      byQ1(m) {
        const { c, slope } = parts(m);
        return tf.mul(tf.mul(-gamma, slope), tf.mul(c, half(m.q1)));
      },
    },
  };
}
