import * as tf from '#tf';

import type { SumOp } from '../../../program/ops/sum.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `sum`. */
export const evaluateSum: Evaluation<SumOp> = (op, inputs) => {
  const total = (terms: readonly (tf.Tensor4D | null)[]): tf.Tensor4D | null => {
    const present = terms.filter((term) => term !== null);
    return present.length === 0 ? null : tf.addN(present);
  };
  return {
    shape: op.shape,
    nngp: tf.addN(inputs.map(({ nngp }) => nngp)),
    ntk: total(inputs.map(({ ntk }) => ntk)),
    cov1: tf.addN(inputs.map(({ cov1 }) => cov1)),
    cov2: total(inputs.map(({ cov2 }) => cov2)),
  };
};
