import type { OpBase } from '../program.js';

/** K' = Σ K_i and Θ' = Σ Θ_i over the inputs: independent branches added up. */
export interface SumOp extends OpBase<'sum'> {}
