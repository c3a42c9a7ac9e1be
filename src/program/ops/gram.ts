import type { OpBase } from './op.js';
import { noDisplacement, type OpRule } from './rule.js';

/** Input covariance K[p,p'] = (1/C) Σ_c x1[p,c] x2[p',c]; Θ = 0. Without inputs; reads the rows. */
export interface GramOp extends OpBase<'gram'> {
  readonly channels: number;
  /** Where in the rows the input begins. */
  readonly at: number;
}

/** What executors have to know of `gram`. */
export const gramRule: OpRule<GramOp> = { needs: noDisplacement };
