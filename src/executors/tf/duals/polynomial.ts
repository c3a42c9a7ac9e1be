import * as tf from '#tf';
import type { Dual, DualFunction, Moments } from './dual.js';

/**
 * Dual of a polynomial: K' = Σ_l s_l(q1)s_l(q2)K^l/l!, of which no term divides by a variance. As ds_l/dq = s_{l+2}/2,
 * every derivative is such a sum.
 *
 * @param moments the s_l as polynomials in q, see `gaussianMoments`.
 * @param variable whether the variances' derivatives are wanted: not where the s_l are constants.
 */
export function polynomialDual(moments: readonly (readonly number[])[], variable: boolean): Dual {
  const s = (l: number, q: tf.Tensor) =>
    moments[l].slice(1).reduce<tf.Tensor>((p, c) => tf.add(tf.mul(p, q), c), tf.fill(q.shape, moments[l][0]));
  /** Σ_l s_{l+lift}(q1)s_l(q2)K^(l−derivative)/(l−derivative)!. */
  const series = ({ k, q1, q2 }: Moments, lift: number, derivative: number) => {
    let sum: tf.Tensor = tf.zerosLike(k);
    let power: tf.Tensor = tf.onesLike(k);
    for (let l = derivative; l + lift < moments.length; l++) {
      sum = tf.add(sum, tf.mul(power, tf.mul(s(l + lift, q1), s(l, q2))));
      power = tf.mul(power, tf.div(k, l - derivative + 1));
    }
    return sum;
  };
  const derivative = (order: number): DualFunction => ({
    value: (m) => series(m, 0, order),
    byK: (m) => series(m, 0, order + 1),
    byQ1: (m) => tf.mul(variable ? 0.5 : 0, series(m, 2, order)),
  });
  return { moment: derivative(0), slope: derivative(1) };
}
