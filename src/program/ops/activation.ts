import type { OpBase } from '../program.js';
import { type OpRule, sameOffset } from './rule.js';

/**
 * Pointwise dual of a nonlinearity φ: K' = E[φ(u)φ(v)] for (u,v) ~ N(0, [[q1,K],[K,q2]]), Θ' = Θ·∂K'/∂K,
 * q1 and q2 being the variances at the two positions.
 */
export interface ActivationOp extends OpBase<'activation'> {
  /** `abRelu` params [a, b]: a·min(x,0) + b·max(x,0); `erf`: erf(x); `gelu`: x·Φ(x). */
  readonly fn: 'abRelu' | 'erf' | 'gelu';
  readonly params: readonly number[];
}

/** How executors run ActivationOp. */
export const activationRule: OpRule<ActivationOp> = { needs: sameOffset };
