import * as tf from '@tensorflow/tfjs';

/** The derivative of a function that acts on each entry by itself. */
export function derivativeOf(f: (x: tf.Tensor) => tf.Tensor): (x: tf.Tensor) => tf.Tensor {
  return (x) => tf.grad(f)(x);
}
