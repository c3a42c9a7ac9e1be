import * as tf from '#tf';
import type { Option } from '../../base/options.js';

/**
 * What training makes small, of outputs f and labels y `[n, C]`.
 *
 * `'mse'`: ½·mean (f − y)². `'xent'`: −mean_i Σ_c y·log softmax(f). `{ temperature }`: a teacher's outputs y are softened by
 * T, −T²·mean_i Σ_c softmax(y/T)·log softmax(f/T). Or one's own: a scalar, of means over samples.
 */
export type Loss =
  | 'mse'
  | 'xent'
  | { readonly temperature: number }
  | ((outputs: tf.Tensor, labels: tf.Tensor) => tf.Tensor);

/** @throws RangeError for another loss. */
export const loss: Option<Loss> = (given, where, name) => {
  const loss = given as Loss;
  if (loss === 'mse' || loss === 'xent' || typeof loss === 'function') return loss;
  if (typeof loss === 'object' && loss !== null && loss.temperature > 0 && loss.temperature < Infinity) {
    return loss;
  }
  throw new RangeError(
    `${where}: ${name} must be 'mse', 'xent', { temperature } above 0, or a function, got ${JSON.stringify(loss)}.`,
  );
};

/** The loss, a scalar. */
export function lossOf(loss: Loss, outputs: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  if (typeof loss === 'function') return loss(outputs, labels);
  if (loss === 'mse') return tf.mul(0.5, tf.mean(tf.square(tf.sub(outputs, labels))));
  if (loss === 'xent') return crossEntropy(outputs, labels);
  const { temperature } = loss;
  const [student, teacher] = [outputs, labels].map((logits) => tf.div(logits, temperature));
  return tf.mul(temperature ** 2, crossEntropy(student, tf.softmax(teacher)));
}

function crossEntropy(logits: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  return tf.neg(tf.mean(tf.sum(tf.mul(labels, logSoftmax(logits)), -1)));
}

/** Of the last axis, with derivatives of every order; tfjs's own takes its first derivative for a constant. */
function logSoftmax(logits: tf.Tensor): tf.Tensor {
  // Any number near the largest one does: the result does not depend on it.
  const { shape } = logits;
  const largest = tf.customGrad((x) => ({
    value: tf.max(x as tf.Tensor, -1, true),
    gradFunc: () => tf.zeros(shape),
  }))(logits);
  const shifted = tf.sub(logits, largest);
  return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), -1, true)));
}

/** Samples whose largest output is at their largest label. */
export function countCorrect(outputs: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  return tf.sum(tf.cast(tf.equal(tf.argMax(outputs, -1), tf.argMax(labels, -1)), 'float32'));
}
