import * as tf from '@tensorflow/tfjs';
import type { OpBase } from './op.js';
import { variancesOf, weighPositions } from './pair-covariances.js';
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
    const first = factors(cov1);
    return weighPositions({ shape, nngp, ntk, cov1, cov2 }, first, cov2 && factors(cov2));
  },
};
