import * as tf from '#tf';
import { sizeOf } from '../../../base/nd-array.js';
import type { NormalizeBatchOp } from '../../../program/ops/normalize-batch.js';
import { mapBatch } from '../batch.js';
import { variancesOf } from '../pair-covariances.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `normalizeBatch`. */
export const evaluateNormalizeBatch: Evaluation<NormalizeBatchOp> = (
  { shape, axes, eps },
  [input],
  { batches: [sizes] },
) => {
  const p = sizeOf(shape);
  const over = [0, ...axes.map((axis) => axis + 1)];
  const factors = tf.split(variancesOf(input.cov1), [...sizes]).map((variances) => {
    const image = tf.reshape(variances, [-1, ...shape]);
    const spread = tf.rsqrt(tf.add(tf.mean(image, over, true), eps));
    return tf.reshape(tf.mul(spread, tf.onesLike(image)), [-1, p]);
  });
  const all = tf.concat(factors);
  const [n] = all.shape;
  return mapBatch(input, shape, (k) =>
    tf.mul(tf.mul(k, tf.reshape(all, [n, p, 1, 1])), tf.reshape(all, [1, 1, n, p])),
  );
};
