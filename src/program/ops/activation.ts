import * as tf from '@tensorflow/tfjs';
import { abReluDual } from './duals/ab-relu.js';
import { applyDual, type Dual } from './duals/dual.js';
import { erfDual } from './duals/erf.js';
import { expNormalizedDual } from './duals/exp-normalized.js';
import { exponentialDual } from './duals/exponential.js';
import { functionNames, namedFunctions } from './duals/functions.js';
import { gaborDual } from './duals/gabor.js';
import { gaussianDual } from './duals/gaussian.js';
import { geluDual } from './duals/gelu.js';
import { registeredDual } from './duals/own.js';
import { gaussianMoments, hermiteMoments, polynomialDual } from './duals/polynomial.js';
import { quadratureDual } from './duals/quadrature.js';
import { rectifiedMonomialDual } from './duals/rectified-monomial.js';
import { signDual } from './duals/sign.js';
import { sineDual } from './duals/sine.js';
import type { OpBase } from './op.js';
import { variancesOf } from './pair-covariances.js';
import { type OpRule, sameOffset } from './rule.js';

/** The dual of each nonlinearity, by what `params` say of it. */
const duals = {
  /** a·min(x,0) + b·max(x,0). */
  abRelu: ([a, b]) => abReluDual(a, b),
  erf: () => erfDual,
  /** x·Φ(x). */
  gelu: () => geluDual,
  /** e^x for sign 1, √2·sin(√2·x + π/4) for −1. */
  exponential: ([sign]) => exponentialDual(sign),
  /** sin(x + phase). */
  sine: ([phase]) => sineDual(phase),
  /** exp(b·x²). */
  gaussian: ([b]) => gaussianDual(b),
  /** exp(−x²)·sin x. */
  gabor: () => gaborDual,
  /** √(q1q2)·exp(γ(K/√(q1q2) + shift)), with the ratio clipped to [−1, 1] if clip is 1. */
  expNormalized: ([gamma, shift, clip]) => expNormalizedDual(gamma, shift, clip === 1),
  sign: () => signDual,
  /** Σ params[k]·x^k. */
  polynomial: (coefficients) => polynomialDual(gaussianMoments(coefficients), true),
  /** K^degree. */
  hermite: ([degree]) => polynomialDual(hermiteMoments(degree), false),
  /** 1[x ≥ 0]·x^degree. */
  rectifiedMonomial: ([degree]) => rectifiedMonomialDual(degree),
  /** The function of that index in `functionNames`, by quadrature with `degree` nodes. */
  quadrature: ([index, degree]) => quadratureDual(namedFunctions[functionNames[index]], degree),
  /** A user's functions, by the number that they are registered under. */
  own: ([id]) => registeredDual(id),
} satisfies Record<string, (params: readonly number[]) => Dual>;

/**
 * Pointwise dual of a nonlinearity φ: K' = E[φ(u)φ(v)] for (u,v) ~ N(0, [[q1,K],[K,q2]]), Θ' = Θ·∂K'/∂K,
 * q1 and q2 being the variances at the two positions.
 */
export interface ActivationOp extends OpBase<'activation'> {
  readonly fn: keyof typeof duals;
  readonly params: readonly number[];
}

/** How executors run `activation`. */
export const activationRule: OpRule<ActivationOp> = {
  needs: sameOffset,
  evaluate(op, [{ nngp, ntk, cov1, cov2 }]) {
    const { moment, slope } = duals[op.fn](op.params);
    const variances1 = variancesOf(cov1);
    const variances2 = cov2 === null ? null : variancesOf(cov2);
    const [n1, p] = variances1.shape;
    const rows = tf.reshape(variances1, [n1, p, 1, 1]);
    const columns = tf.reshape(variances2 ?? variances1, [1, 1, nngp.shape[2], p]);
    const withItself = (covariance: tf.Tensor4D, variances: tf.Tensor2D) => {
      const n = variances.shape[0];
      return applyDual(
        moment,
        covariance,
        tf.reshape(variances, [n, p, 1, 1]),
        tf.reshape(variances, [n, 1, 1, p]),
      ) as tf.Tensor4D;
    };
    return {
      shape: op.shape,
      nngp: applyDual(moment, nngp, rows, columns) as tf.Tensor4D,
      ntk: ntk && tf.mul(ntk, applyDual(slope, nngp, rows, columns) as tf.Tensor4D),
      cov1: withItself(cov1, variances1),
      cov2: cov2 && variances2 && withItself(cov2, variances2),
    };
  },
};
