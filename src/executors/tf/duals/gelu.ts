import * as tf from '#tf';
import type { Dual, Moments } from './dual.js';

/**
 * Dual of x·Φ(x), with A = 1+q1, B = 1+q2, w = q1q2−K², u = AB−K², δ = √u, α = atan2(K, δ):
 * K' = [(K² + q1q2·u)/(ABδ) + Kα]/2π + K/4 and ∂K'/∂K = [K/δ·(1/u + 1/A + 1/B) + α]/2π + 1/4.
 *
 * u is summed as 1 + q1 + q2 + w, without cancellation; it is at least 1, so nothing is singular.
 *
 * @source R. Tsuchida et al., Avoiding kernel fixed points: computing with ELU and GELU infinite networks, 2021.
 */
export const geluDual: Dual = {
  moment: {
    value(moments) {
      const { k, q1, q2 } = moments;
      const { ab, u, delta, alpha } = parts(moments);
      const numerator = tf.add(tf.square(k), tf.mul(tf.mul(q1, q2), u));
      const bracket = tf.add(tf.div(numerator, tf.mul(ab, delta)), tf.mul(k, alpha));
      return tf.add(tf.div(bracket, 2 * Math.PI), tf.div(k, 4));
    },
    byK: slope,
    // [(q2·u − K²)/A + B·(w − K²/u)/2] / (2πABδ)
    byQ1(moments) {
      const { k, q2, s } = moments;
      const { a, b, ab, u, delta } = parts(moments);
      const kSquared = tf.square(k);
      const first = tf.div(tf.sub(tf.mul(q2, u), kSquared), a);
      const second = tf.mul(tf.div(b, 2), tf.sub(tf.square(s), tf.div(kSquared, u)));
      return tf.div(tf.add(first, second), tf.mul(2 * Math.PI, tf.mul(ab, delta)));
    },
  },
  slope: {
    value: slope,
    // [AB·M/u + 2K²/u² + 1] / (2πδ), M = 1/u + 1/A + 1/B
    byK(moments) {
      const { ab, u, delta, inverses } = parts(moments);
      const first = tf.div(tf.mul(ab, inverses), u);
      const second = tf.mul(2, tf.square(tf.div(moments.k, u)));
      return tf.div(tf.add(tf.add(first, second), 1), tf.mul(2 * Math.PI, delta));
    },
    // −K·[B·M/(2u) + B/u² + 1/A² + 1/(2A)] / (2πδ)
    byQ1(moments) {
      const { a, b, u, delta, inverses } = parts(moments);
      const byB = tf.div(tf.mul(b, tf.add(tf.div(inverses, 2), tf.reciprocal(u))), u);
      const byA = tf.add(tf.reciprocal(tf.square(a)), tf.div(0.5, a));
      return tf.neg(tf.div(tf.mul(moments.k, tf.add(byB, byA)), tf.mul(2 * Math.PI, delta)));
    },
  },
};

function slope(moments: Moments): tf.Tensor {
  const { delta, alpha, inverses } = parts(moments);
  const bracket = tf.add(tf.mul(tf.div(moments.k, delta), inverses), alpha);
  return tf.add(tf.div(bracket, 2 * Math.PI), 0.25);
}

function parts({ k, q1, q2, s }: Moments) {
  const a = tf.add(1, q1);
  const b = tf.add(1, q2);
  const u = tf.add(tf.add(a, q2), tf.square(s));
  const delta = tf.sqrt(u);
  const inverses = tf.add(tf.reciprocal(u), tf.add(tf.reciprocal(a), tf.reciprocal(b)));
  return { a, b, ab: tf.mul(a, b), u, delta, alpha: tf.atan2(k, delta), inverses };
}
