import * as tf from '#tf';
import type { Dual, DualFunction, Moments } from './dual.js';

/**
 * K' = ∂K'/∂K = exp(K + sign·(q1+q2)/2): the dual of e^x for sign 1, and of √2·sin(√2·x + π/4), the random feature of
 * the RBF kernel, for sign −1.
 */
export function exponentialDual(sign: number): Dual {
  const value = ({ k, q1, q2 }: Moments) => tf.exp(tf.add(k, tf.mul(sign / 2, tf.add(q1, q2))));
  const both: DualFunction = { value, byK: value, byQ1: (m) => tf.mul(sign / 2, value(m)) };
  return { moment: both, slope: both };
}
