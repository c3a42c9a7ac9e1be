import type { OpBase } from './op.js';
import { type OpRule, sameDisplacement } from './rule.js';

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

/** What executors have to know of `normalize`. */
export const normalizeRule: OpRule<NormalizeOp> = { needs: sameDisplacement };
