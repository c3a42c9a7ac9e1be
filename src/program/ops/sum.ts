import * as tf from '@tensorflow/tfjs';
import type { OpBase } from './op.js';
import { type OpRule, sameOffset } from './rule.js';

/** K' = Σ K_i and Θ' = Σ Θ_i over the inputs: independent branches added up. */
export interface SumOp extends OpBase<'sum'> {}

/** How executors run `sum`. */
export const sumRule: OpRule<SumOp> = {
  needs: sameOffset,
  evaluate(op, inputs) {
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
  },
};
