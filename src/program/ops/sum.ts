import type { OpBase } from '../program.js';
import { type OpRule, sameOffset } from './rule.js';

/** K' = Σ K_i and Θ' = Σ Θ_i over the inputs: independent branches added up. */
export interface SumOp extends OpBase<'sum'> {}

/** How executors run SumOp. */
export const sumRule: OpRule<SumOp> = { needs: sameOffset };
