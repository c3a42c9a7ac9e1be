import * as tf from '#tf';

/** A covariance K and the two variances, by tensors that broadcast together. */
export interface Moments {
  readonly k: tf.Tensor;
  readonly q1: tf.Tensor;
  readonly q2: tf.Tensor;
  /** √(q1 q2 − K²), 0 where that is negative. */
  readonly s: tf.Tensor;
}

/** A function of the moments with its partial derivatives in K and q1; without `byQ2` symmetric in q1 and q2. */
export interface DualFunction {
  value(moments: Moments): tf.Tensor;
  byK(moments: Moments): tf.Tensor;
  byQ1(moments: Moments): tf.Tensor;
  byQ2?(moments: Moments): tf.Tensor;
}

/** A function of a covariance and the two variances, tensors of one shape, entry by entry. */
export type MomentFunction = (k: tf.Tensor, q1: tf.Tensor, q2: tf.Tensor) => tf.Tensor;

/** The pointwise dual of a nonlinearity φ: E[φ(u)φ(v)] for (u,v) ~ N(0, [[q1,K],[K,q2]]), and its slope ∂/∂K. */
export interface Dual {
  readonly moment: DualFunction | MomentFunction;
  readonly slope: DualFunction | MomentFunction;
}

/**
 * Evaluates a function of the moments, with its own derivatives in place of tfjs's, which would be NaN or lose
 * their digits where two singular terms cancel. A `MomentFunction` has tfjs's.
 *
 * @param k of the shape of the result. @param q1 as `q2`, of a shape that broadcasts to it.
 */
export function applyDual(
  f: DualFunction | MomentFunction,
  k: tf.Tensor,
  q1: tf.Tensor,
  q2: tf.Tensor,
): tf.Tensor {
  if (typeof f === 'function') {
    // A function may hand back an argument itself, which is not its to give, or a constant.
    return tf.broadcastTo(f(k, tf.broadcastTo(q1, k.shape), tf.broadcastTo(q2, k.shape)), k.shape);
  }
  return tf.customGrad((...args) => {
    const [kIn, q1In, q2In, save] = args as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    save([kIn, q1In, q2In]);
    return {
      value: f.value(momentsOf(kIn, q1In, q2In)),
      gradFunc: (dy, saved) => {
        const [K, Q1, Q2] = saved;
        const moments = momentsOf(K, Q1, Q2);
        const swapped = { ...moments, q1: Q2, q2: Q1 };
        return [
          tf.mul(dy, f.byK(moments)),
          sumTo(tf.mul(dy, f.byQ1(moments)), Q1.shape),
          sumTo(tf.mul(dy, f.byQ2 ? f.byQ2(moments) : f.byQ1(swapped)), Q2.shape),
        ];
      },
    };
  })(k, q1, q2);
}

/**
 * s is formed from p = √(q1 q2) as √(p−K)·√(p+K), with p = larger·√(smaller/larger): exactly 0 where K = q1 = q2,
 * keeping the digits that are left near it, and without overflow in between.
 */
function momentsOf(k: tf.Tensor, q1: tf.Tensor, q2: tf.Tensor): Moments {
  const larger = tf.maximum(q1, q2);
  const p = tf.mul(larger, tf.sqrt(tf.divNoNan(tf.minimum(q1, q2), larger)));
  const s = tf.mul(tf.sqrt(tf.relu(tf.sub(p, k))), tf.sqrt(tf.relu(tf.add(p, k))));
  return { k, q1, q2, s };
}

/** Sums over the axes along which a tensor of this shape was broadcast. */
function sumTo(tensor: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const axes = shape.flatMap((size, axis) => (size === tensor.shape[axis] ? [] : [axis]));
  return axes.length === 0 ? tensor : tf.sum(tensor, axes, true);
}
