import * as tf from '#tf';
import type { Dual, DualFunction, Moments } from './dual.js';

/**
 * Dual of 1[x ≥ 0]·xⁿ, by G_0 = π − θ, G_1 = s + K·G_0, G_{m+1} = (2m+1)K·G_m + m²s²·G_{m−1}, where s = √(q1q2−K²)
 * and θ = atan2(s, K), π/2 where a variance is 0: K' = G_n/2π, and Θ'/Θ = n²·G_{n−1}/2π. Nothing is divided.
 *
 * G_m is homogeneous, so 2q1·∂G_m/∂q1 = m·G_m − K·∂G_m/∂K with ∂G_m/∂K = m²·G_{m−1} and, for m = 0, 1/s, taken as 0
 * where s = 0.
 *
 * @source Y. Cho and L. Saul, Kernel methods for deep learning, 2009.
 */
export function rectifiedMonomialDual(degree: number): Dual {
  const moment: DualFunction = {
    value: (m) =>
      tf.mul(1 / (2 * Math.PI), degree === 0 ? stepAtZero(m, angularMoment(m, 0)) : angularMoment(m, degree)),
    byK: (m) => tf.mul(1 / (2 * Math.PI), byK(m, degree)),
    byQ1: (m) => tf.mul(1 / (2 * Math.PI), byQ1(m, degree)),
  };
  const factor = degree ** 2 / (2 * Math.PI);
  const slope: DualFunction =
    degree === 0
      ? { value: zeros, byK: zeros, byQ1: zeros }
      : {
          value: (m) => tf.mul(factor, angularMoment(m, degree - 1)),
          byK: (m) => tf.mul(factor, byK(m, degree - 1)),
          byQ1: (m) => tf.mul(factor, byQ1(m, degree - 1)),
        };
  return { moment, slope };
}

/** G_n. */
function angularMoment({ k, s }: Moments, n: number): tf.Tensor {
  const degenerate = tf.logicalAnd(tf.equal(s, 0), tf.equal(k, 0));
  const theta = tf.where(degenerate, tf.fill(k.shape, Math.PI / 2), tf.atan2(s, k));
  // π − θ as the angle to −K, which keeps its digits near 0.
  let last: tf.Tensor = tf.where(tf.less(k, 0), tf.atan2(s, tf.neg(k)), tf.sub(Math.PI, theta));
  let before: tf.Tensor = last;
  for (let m = 1; m <= n; m++) {
    const tail = m === 1 ? s : tf.mul((m - 1) ** 2, tf.mul(tf.square(s), before));
    const next = tf.add(tf.mul(2 * m - 1, tf.mul(k, last)), tail);
    before = last;
    last = next;
  }
  return last;
}

/** ∂G_n/∂K. */
function byK(moments: Moments, n: number): tf.Tensor {
  return n === 0 ? tf.divNoNan(1, moments.s) : tf.mul(n * n, angularMoment(moments, n - 1));
}

/** ∂G_n/∂q1. */
function byQ1(moments: Moments, n: number): tf.Tensor {
  const { k, s, q1 } = moments;
  if (n === 0) return tf.mul(tf.divNoNan(k, s), tf.divNoNan(-0.5, q1));
  const half = tf.divNoNan(0.5, q1);
  if (n === 1) return tf.mul(s, half);
  return tf.mul(tf.sub(tf.mul(n, angularMoment(moments, n)), tf.mul(k, byK(moments, n))), half);
}

/** 2π·E[φ(u)φ(v)] of the step function where a variance is 0: its value at 0 is 1, its mean elsewhere ½. */
function stepAtZero({ k, q1, q2 }: Moments, regular: tf.Tensor): tf.Tensor {
  const [mean1, mean2] = [q1, q2].map((q) => tf.where(tf.equal(q, 0), tf.onesLike(q), tf.fill(q.shape, 0.5)));
  const atZero = tf.mul(2 * Math.PI, tf.mul(mean1, mean2));
  const some = tf.logicalOr(tf.equal(q1, 0), tf.equal(q2, 0));
  return tf.where(tf.logicalAnd(some, tf.equal(k, k)), tf.add(atZero, tf.zerosLike(k)), regular);
}

function zeros({ k }: Moments): tf.Tensor {
  return tf.zerosLike(k);
}
