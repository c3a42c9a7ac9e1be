import * as tf from '@tensorflow/tfjs';
import type { Dual, DualFunction, Moments } from './dual.js';

/**
 * A polynomial's moments s_l(q) = E[φ⁽ˡ⁾(u)], u ~ N(0, q), as polynomials in q: for each l = 0 … degree the
 * coefficients, highest power first, s_l = Σ_i a_{2i+l}(2i+l)!/(2^i i!) q^i.
 *
 * @param coefficients a_0, a_1, … of φ(x) = Σ a_k x^k.
 */
export function gaussianMoments(coefficients: readonly number[]): number[][] {
  return coefficients.map((_, l) => {
    const row: number[] = [];
    for (let k = l, i = 0; k < coefficients.length; k += 2, i++) {
      row.unshift(coefficients[k] * derivativeOfPower(k, l, i));
    }
    return row;
  });
}

/** k!/(2^i i!) for k = 2i + l, as a product of moderate factors. */
function derivativeOfPower(k: number, l: number, i: number): number {
  let product = 1;
  for (let m = 1; m <= l; m++) product *= m;
  for (let m = 1; m <= i; m++) product *= ((l + 2 * m - 1) * (l + 2 * m)) / (2 * m);
  return k === 0 ? 1 : product;
}

/** The constant moments of NT's Hermite layer, whose dual K^n takes variances for 1. */
export function hermiteMoments(degree: number): number[][] {
  let factorial = 1;
  for (let m = 2; m <= degree; m++) factorial *= m;
  return Array.from({ length: degree + 1 }, (_, l) => [l === degree ? Math.sqrt(factorial) : 0]);
}

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
