import * as tf from '#tf';
import type { Dual, Moments } from './dual.js';

/**
 * Dual of sin(x + phase): with X = exp(K − (q1+q2)/2) and Y = exp(−K − (q1+q2)/2),
 * K' = [sin²φ·(X + Y) + cos²φ·(X − Y)]/2; ∂K'/∂K is the same with the squares exchanged.
 */
export function sineDual(phase: number): Dual {
  const [even, odd] = [Math.sin(phase) ** 2 / 2, Math.cos(phase) ** 2 / 2];
  const blend = (evenPart: number, oddPart: number) => (moments: Moments) => {
    const { k, q1, q2 } = moments;
    const mean = tf.div(tf.add(q1, q2), 2);
    const up = tf.exp(tf.sub(k, mean));
    const down = tf.exp(tf.neg(tf.add(k, mean)));
    return tf.add(tf.mul(evenPart, tf.add(up, down)), tf.mul(oddPart, expDifference(up, down, k)));
  };
  const [value, slope] = [blend(even, odd), blend(odd, even)];
  return {
    moment: { value, byK: slope, byQ1: (m) => tf.mul(-0.5, value(m)) },
    slope: { value: slope, byK: value, byQ1: (m) => tf.mul(-0.5, slope(m)) },
  };
}

/** e^(m+x) − e^(m−x), given the two: as 2e^m·sinh x where x is small, which cancels nothing. */
export function expDifference(up: tf.Tensor, down: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const square = tf.square(x);
  const series = [1 / 5040, 1 / 120, 1 / 6].reduce<tf.Tensor>(
    (p, c) => tf.add(tf.mul(p, square), c),
    tf.scalar(1 / 362880),
  );
  const sinh = tf.mul(x, tf.add(1, tf.mul(square, series)));
  const close = tf.mul(tf.mul(2, tf.mul(tf.sqrt(up), tf.sqrt(down))), sinh);
  return tf.where(tf.less(tf.abs(x), 0.5), close, tf.sub(up, down));
}
