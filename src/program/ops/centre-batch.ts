import type { OpBase } from './op.js';
import { type OpRule, sameDisplacement } from './rule.js';

/**
 * K' = G1·K·G2 with G = I − (1/N)·11ᵀ over all N positions of all samples of x1, and of x2: activations minus their mean over the
 * batch. Θ alike.
 *
 * The first half of `BatchNorm`.
 */
export interface CentreBatchOp extends OpBase<'centreBatch'> {}

/** What executors have to know of `centreBatch`. */
export const centreBatchRule: OpRule<CentreBatchOp> = {
  needs: sameDisplacement,
  batchSize: (_op, [n]) => n,
};
