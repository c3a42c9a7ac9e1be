import * as tf from '@tensorflow/tfjs';
import type { OpBase } from '../program.js';
import { abReluDual } from './duals/ab-relu.js';
import { applyDual, type Dual } from './duals/dual.js';
import { erfDual } from './duals/erf.js';
import { geluDual } from './duals/gelu.js';
import { variancesOf } from './pair-covariances.js';
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

/** The dual of each nonlinearity; one without does not compile. */
const duals: { readonly [Name in ActivationOp['fn']]: (params: readonly number[]) => Dual } = {
  abRelu: ([a, b]) => abReluDual(a, b),
  erf: () => erfDual,
  gelu: () => geluDual,
};

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
