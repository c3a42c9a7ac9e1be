import * as tf from '#tf';

/** Below this a gradient's norm counts as this: cosines and their derivatives stay finite where units are dead. */
const LEAST_NORM = 1e-6;

/**
 * How differently two lists of gradients point: Σ over tensors of weights and over their outputs of 1 − cos, each output's
 * gradients one vector. Biases do not count, and no scale of a layer.
 *
 * @source B. Zhao, K. R. Mopuri, H. Bilen, Dataset condensation with gradient matching, 2021, https://arxiv.org/abs/2006.05929,
 *   equation 10.
 */
export function gradientDistance(a: readonly tf.Tensor[], b: readonly tf.Tensor[]): tf.Tensor {
  const distances = a.flatMap((gradient, i) => {
    const outputs = gradient.shape[gradient.rank - 1];
    if (gradient.size === outputs) return [];
    const [u, v] = [gradient, b[i]].map((own) => tf.reshape(own, [-1, outputs]));
    const dot = (x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.mul(x, y), 0);
    const norms = tf.sqrt(tf.add(tf.mul(dot(u, u), dot(v, v)), LEAST_NORM ** 4));
    return [tf.sum(tf.sub(1, tf.div(dot(u, v), norms)))];
  });
  return tf.addN(distances);
}
