import type { OpBase } from './op.js';
import { type OpRule, sameDisplacement } from './rule.js';

/** K' = K₁·K₂ and Θ' = Θ₁·K₂ + K₁·Θ₂ of two inputs: the activations of independent branches multiplied. */
export interface ProductOp extends OpBase<'product'> {}

/** What executors have to know of `product`. */
export const productRule: OpRule<ProductOp> = { needs: sameDisplacement };
