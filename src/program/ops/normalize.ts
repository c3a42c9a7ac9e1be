import * as tf from '@tensorflow/tfjs';
import type { OpBase } from '../program.js';
import { variancesOf } from './pair-covariances.js';
import { type OpRule, sameOffset } from './rule.js';

/**
 * K'[p,p'] = K[p,p']/√(v1[p]·v2[p']) with v[p] = eps + mean of the variance q over the named axes, at p's place on the others.
 * Θ alike.
 *
 * `LayerNorm`, whose mean over infinitely many channels is 0.
 */
export interface NormalizeOp extends OpBase<'normalize'> {
  /** Spatial axes that the variance is averaged over. */
  readonly axes: readonly number[];
  readonly eps: number;
}

/** How executors run `normalize`. */
export const normalizeRule: OpRule<NormalizeOp> = {
  needs: sameOffset,
  evaluate({ shape, axes, eps }, [{ nngp, ntk, cov1, cov2 }]) {
    const factors = (covariance: tf.Tensor4D): tf.Tensor2D => {
      const variances = variancesOf(covariance);
      const [n, p] = variances.shape;
      const image = tf.reshape(variances, [n, ...shape]);
      const over = axes.map((axis) => axis + 1);
      const mean = over.length === 0 ? image : tf.mean(image, over, true);
      const spread = tf.add(tf.rsqrt(tf.add(mean, eps)), tf.zeros([n, ...shape]));
      return tf.reshape(spread, [n, p]);
    };
    const scaled = (k: tf.Tensor4D, rows: tf.Tensor2D, columns: tf.Tensor2D): tf.Tensor4D => {
      const [n1, p] = rows.shape;
      const paired = k.shape[2] === 1 && columns === rows;
      return tf.mul(
        tf.mul(k, tf.reshape(rows, [n1, p, 1, 1])),
        tf.reshape(columns, paired ? [n1, 1, 1, p] : [1, 1, k.shape[2], p]),
      );
    };
    const first = factors(cov1);
    const second = cov2 === null ? first : factors(cov2);
    return {
      shape,
      nngp: scaled(nngp, first, second),
      ntk: ntk && scaled(ntk, first, second),
      cov1: scaled(cov1, first, first),
      cov2: cov2 && scaled(cov2, second, second),
    };
  },
};
