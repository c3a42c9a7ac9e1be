import * as tf from '#tf';
import type { ActivationOp } from '../../../program/ops/activation.js';
import { applyDual } from '../duals/dual.js';
import { duals } from '../duals/index.js';
import { variancesOf } from '../pair-covariances.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `activation`. */
export const evaluateActivation: Evaluation<ActivationOp> = (op, [{ nngp, ntk, cov1, cov2 }]) => {
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
};
