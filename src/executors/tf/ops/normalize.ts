import * as tf from '#tf';
import type { NormalizeOp } from '../../../program/ops/normalize.js';
import { variancesOf, weighPositions } from '../pair-covariances.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `normalize`. */
export const evaluateNormalize: Evaluation<NormalizeOp> = (
  { shape, axes, eps },
  [{ nngp, ntk, cov1, cov2 }],
) => {
  const factors = (covariance: tf.Tensor4D): tf.Tensor2D => {
    const variances = variancesOf(covariance);
    const [n, p] = variances.shape;
    const image = tf.reshape(variances, [n, ...shape]);
    const over = axes.map((axis) => axis + 1);
    const mean = over.length === 0 ? image : tf.mean(image, over, true);
    const spread = tf.add(tf.rsqrt(tf.add(mean, eps)), tf.zeros([n, ...shape]));
    return tf.reshape(spread, [n, p]);
  };
  const first = factors(cov1);
  return weighPositions({ shape, nngp, ntk, cov1, cov2 }, first, cov2 && factors(cov2));
};
