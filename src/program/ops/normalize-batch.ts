import * as tf from '@tensorflow/tfjs';
import { sizeOf } from '../../base/nd-array.js';
import { mapBatch } from './batch.js';
import type { OpBase } from './op.js';
import { variancesOf } from './pair-covariances.js';
import { type OpRule, sameOffset } from './rule.js';

/**
 * K'[p,p'] = K[p,p']/√(v1[p]·v2[p']) with v = eps + the mean of the variances q over the samples of x1, and of x2, and over the
 * named axes, at p's place on the others. Θ alike.
 *
 * `LayerNorm` over the batch, and the second half of `BatchNorm`.
 */
export interface NormalizeBatchOp extends OpBase<'normalizeBatch'> {
  /** Spatial axes that the variance is averaged over. */
  readonly axes: readonly number[];
  readonly eps: number;
}

/** How executors run `normalizeBatch`. */
export const normalizeBatchRule: OpRule<NormalizeBatchOp> = {
  needs: sameOffset,
  batchSize: (_op, [n]) => n,
  evaluate({ shape, axes, eps }, [input], { batches: [sizes] }) {
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
  },
};
