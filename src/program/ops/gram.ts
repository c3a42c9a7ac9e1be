import type { OpBase } from '../program.js';

/** Input covariance K[p,p'] = (1/C) Σ_c x1[p,c] x2[p',c]; Θ = 0. Without inputs. */
export interface GramOp extends OpBase<'gram'> {
  readonly channels: number;
}
