import type { OpBase } from './op.js';
import { type OpRule, sameDisplacement } from './rule.js';

/**
 * K'[p,p'] = w[p]·w[p']·K[p,p'] with w[p] = Π_axes weights[axis][p_axis]. Θ alike.
 *
 * `AvgPool` with `normalizeEdges` divides by the number of real positions under each window this way.
 */
export interface WeighOp extends OpBase<'weigh'> {
  readonly weights: readonly (readonly number[])[];
}

/** What executors have to know of `weigh`. */
export const weighRule: OpRule<WeighOp> = { needs: sameDisplacement };
