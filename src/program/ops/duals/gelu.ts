import * as tf from '@tensorflow/tfjs';
import { type Dual, sine } from './dual.js';

/**
 * Dual of x·Φ(x), with A = 1+q1, B = 1+q2, w = q1q2−K², u = AB−K², δ = √u, α = atan2(K, δ):
 * K' = [(K² + q1q2·u)/(ABδ) + Kα]/2π + K/4 and ∂K'/∂K = [K/δ·(1/u + 1/A + 1/B) + α]/2π + 1/4.
 *
 * u is summed as 1 + q1 + q2 + w, without cancellation; it is at least 1, so nothing is singular.
 *
 * @source Tsuchida et al., Avoiding Kernel Fixed Points: Computing with ELU and GELU Infinite Networks (2021), prop. 4.
 */
export const geluDual: Dual = {
  moment: {
    value(k, q1, q2) {
      const { a, b, u, delta, alpha } = parts(k, q1, q2);
      const numerator = tf.add(tf.square(k), tf.mul(tf.mul(q1, q2), u));
      const singular = tf.add(tf.div(numerator, tf.mul(tf.mul(a, b), delta)), tf.mul(k, alpha));
      return tf.add(tf.div(singular, 2 * Math.PI), tf.div(k, 4));
    },
    byK: slope,
    // [(q2·u − K²)/A + B·w/2 − K²B/(2u)] / (2πABδ)
    byQ1(k, q1, q2) {
      const { a, b, w, u, delta } = parts(k, q1, q2);
      const kSquared = tf.square(k);
      const first = tf.div(tf.sub(tf.mul(q2, u), kSquared), a);
      const second = tf.mul(tf.div(b, 2), tf.sub(w, tf.div(kSquared, u)));
      return tf.div(tf.add(first, second), tf.mul(2 * Math.PI, tf.mul(tf.mul(a, b), delta)));
    },
  },
  slope: {
    value: slope,
    // [AB·M/u + 2K²/u² + 1] / (2πδ), M = 1/u + 1/A + 1/B
    byK(k, q1, q2) {
      const { a, b, u, delta } = parts(k, q1, q2);
      const first = tf.div(tf.mul(tf.mul(a, b), inverses(u, a, b)), u);
      const second = tf.mul(2, tf.square(tf.div(k, u)));
      return tf.div(tf.add(tf.add(first, second), 1), tf.mul(2 * Math.PI, delta));
    },
    // −K·[B·M/(2u) + B/u² + 1/A² + 1/(2A)] / (2πδ)
    byQ1(k, q1, q2) {
      const { a, b, u, delta } = parts(k, q1, q2);
      const inner = tf.addN([
        tf.div(tf.mul(b, inverses(u, a, b)), tf.mul(2, u)),
        tf.div(b, tf.square(u)),
        tf.mul(tf.reciprocal(tf.square(a)), tf.onesLike(u)),
        tf.mul(tf.div(0.5, a), tf.onesLike(u)),
      ]);
      return tf.neg(tf.div(tf.mul(k, inner), tf.mul(2 * Math.PI, delta)));
    },
  },
};

function slope(k: tf.Tensor, q1: tf.Tensor, q2: tf.Tensor): tf.Tensor {
  const { a, b, u, delta, alpha } = parts(k, q1, q2);
  const singular = tf.add(tf.mul(tf.div(k, delta), inverses(u, a, b)), alpha);
  return tf.add(tf.div(singular, 2 * Math.PI), 0.25);
}

function inverses(u: tf.Tensor, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.add(tf.reciprocal(u), tf.add(tf.reciprocal(a), tf.reciprocal(b)));
}

function parts(k: tf.Tensor, q1: tf.Tensor, q2: tf.Tensor) {
  const w = tf.square(sine(k, q1, q2));
  const u = tf.add(tf.add(1, tf.add(q1, q2)), w);
  const delta = tf.sqrt(u);
  return { a: tf.add(1, q1), b: tf.add(1, q2), w, u, delta, alpha: tf.atan2(k, delta) };
}
