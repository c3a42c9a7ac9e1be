import type { OpBase } from './op.js';
import { type OpRule, sameDisplacement } from './rule.js';

/** K' = Σ K_i and Θ' = Σ Θ_i over the inputs: independent branches added up. */
export interface SumOp extends OpBase<'sum'> {}

/** What executors have to know of `sum`. */
export const sumRule: OpRule<SumOp> = { needs: sameDisplacement };
