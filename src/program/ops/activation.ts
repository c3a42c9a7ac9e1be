import type { OpBase } from './op.js';
import { type OpRule, sameDisplacement } from './rule.js';

/** A nonlinearity that executors know, with what `params` say of it. */
export type ActivationName =
  /** `[a, b]`: a·min(x,0) + b·max(x,0). */
  | 'abRelu'
  | 'erf'
  /** x·Φ(x). */
  | 'gelu'
  /** `[sign]`: e^x for sign 1, √2·sin(√2·x + π/4) for −1. */
  | 'exponential'
  /** `[phase]`: sin(x + phase). */
  | 'sine'
  /** `[b]`: exp(b·x²). */
  | 'gaussian'
  /** exp(−x²)·sin x. */
  | 'gabor'
  /** `[γ, shift, clip]`: K' = √(q1q2)·exp(γ(K/√(q1q2) + shift)), with the ratio clipped to [−1, 1] if clip is 1. */
  | 'expNormalized'
  /** √2·sin(√2·x/|z| + π/4), z ~ N(0, 1) a channel: K' = exp(−√(q1 + q2 − 2K)). */
  | 'laplace'
  | 'sign'
  /** Σ params[k]·x^k. */
  | 'polynomial'
  /** `[degree]`: K' = K^degree. */
  | 'hermite'
  /** `[degree]`: 1[x ≥ 0]·x^degree. */
  | 'rectifiedMonomial'
  /** `[index, degree]`: the function of that index in `functionNames`, by quadrature with `degree` nodes. */
  | 'quadrature'
  /** `[number]`: a user's functions on tensors, by the number that they are registered under. */
  | 'own'
  /**
   * `[number, degree, dual]`: a user's function of numbers, by the number that it is registered under, by `degree` moments; `dual` is the
   * number of the same function on tensors.
   */
  | 'ownNumbers';

/**
 * Pointwise dual of a nonlinearity φ: K' = E[φ(u)φ(v)] for (u,v) ~ N(0, [[q1,K],[K,q2]]), Θ' = Θ·∂K'/∂K,
 * q1 and q2 being the variances at the two positions.
 */
export interface ActivationOp extends OpBase<'activation'> {
  readonly fn: ActivationName;
  readonly params: readonly number[];
}

/** How many of a nonlinearity's first parameters are constants that gradients are known in. */
const differentiable: { readonly [Name in ActivationName]?: number } = {
  abRelu: 2,
  sine: 1,
  expNormalized: 2,
};

/** What executors have to know of `activation`. */
export const activationRule: OpRule<ActivationOp> = {
  needs: sameDisplacement,
  constants: {
    read: ({ fn, params }) => params.slice(0, differentiable[fn] ?? 0),
    replace: (op, numbers) => ({ ...op, params: [...numbers, ...op.params.slice(numbers.length)] }),
  },
};
