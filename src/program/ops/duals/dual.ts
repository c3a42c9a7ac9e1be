import * as tf from '@tensorflow/tfjs';

/** A pointwise function of a covariance K and the two variances, by tensors that broadcast together. */
export type OfMoments = (k: tf.Tensor, q1: tf.Tensor, q2: tf.Tensor) => tf.Tensor;

/** A function of the moments with its partial derivatives in K and q1; symmetric in q1 and q2. */
export interface DualFunction {
  readonly value: OfMoments;
  readonly byK: OfMoments;
  readonly byQ1: OfMoments;
}

/** The pointwise dual of a nonlinearity φ: E[φ(u)φ(v)] for (u,v) ~ N(0, [[q1,K],[K,q2]]), and its slope ∂/∂K. */
export interface Dual {
  readonly moment: DualFunction;
  readonly slope: DualFunction;
}

/**
 * Evaluates a function of the moments, with its own derivatives in place of tfjs's, which would be NaN or lose
 * their digits where two singular terms cancel.
 */
export function applyDual(f: DualFunction, k: tf.Tensor, q1: tf.Tensor, q2: tf.Tensor): tf.Tensor {
  return tf.customGrad((...args) => {
    const [kIn, q1In, q2In, save] = args as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    save([kIn, q1In, q2In]);
    return {
      value: f.value(kIn, q1In, q2In),
      gradFunc: (dy, saved) => {
        const [K, Q1, Q2] = saved;
        return [
          sumTo(tf.mul(dy, f.byK(K, Q1, Q2)), K.shape),
          sumTo(tf.mul(dy, f.byQ1(K, Q1, Q2)), Q1.shape),
          sumTo(tf.mul(dy, f.byQ1(K, Q2, Q1)), Q2.shape),
        ];
      },
    };
  })(k, q1, q2);
}

/** Sums over the axes along which a tensor of this shape was broadcast. */
function sumTo(tensor: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const axes = shape.flatMap((size, axis) => (size === tensor.shape[axis] ? [] : [axis]));
  return axes.length === 0 ? tensor : tf.sum(tensor, axes, true);
}

/** √(q1 q2), 0 where a variance is: q1 exactly if q1 = q2, and without overflow in between. */
function geometricMean(q1: tf.Tensor, q2: tf.Tensor): tf.Tensor {
  const larger = tf.maximum(q1, q2);
  return tf.mul(larger, tf.sqrt(tf.divNoNan(tf.minimum(q1, q2), larger)));
}

/**
 * √(q1 q2 − K²), 0 where that is negative, by factors: exactly 0 where K = q1 = q2, keeping the digits that are
 * left near it, and without overflow in between.
 */
export function sine(k: tf.Tensor, q1: tf.Tensor, q2: tf.Tensor): tf.Tensor {
  const p = geometricMean(q1, q2);
  return tf.mul(tf.sqrt(tf.relu(tf.sub(p, k))), tf.sqrt(tf.relu(tf.add(p, k))));
}
