import type { OpBase } from '../program.js';
import { noOffset, type OpRule } from './rule.js';

/** Input covariance K[p,p'] = (1/C) Σ_c x1[p,c] x2[p',c]; Θ = 0. Without inputs. */
export interface GramOp extends OpBase<'gram'> {
  readonly channels: number;
}

/** How executors run GramOp. */
export const gramRule: OpRule<GramOp> = { needs: noOffset };
