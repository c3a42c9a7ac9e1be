import type { OpBase } from './op.js';
import { type OpRule, sameDisplacement } from './rule.js';

/** K'[p,p'] = K[p,p'] + R[p,p'], Θ' = Θ + R: trainable positional embeddings that are added to the activations. */
export interface EmbedOp extends OpBase<'embed'> {
  /** R, positions in row-major order. */
  readonly covariance: readonly (readonly number[])[];
}

/** What executors have to know of `embed`. */
export const embedRule: OpRule<EmbedOp> = { needs: sameDisplacement };
