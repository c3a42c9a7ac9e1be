import type { OpBase } from './op.js';
import { type OpRule, sameDisplacement } from './rule.js';

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

/** What executors have to know of `normalizeBatch`. */
export const normalizeBatchRule: OpRule<NormalizeBatchOp> = {
  needs: sameDisplacement,
  batchSize: (_op, [n]) => n,
};
