import * as tf from '@tensorflow/tfjs';
import type { OpBase } from './op.js';
import { type OpRule, sameOffset } from './rule.js';

/** K' = K₁·K₂ and Θ' = Θ₁·K₂ + K₁·Θ₂ of two inputs: the activations of independent branches multiplied. */
export interface ProductOp extends OpBase<'product'> {}

/** How executors run `product`. */
export const productRule: OpRule<ProductOp> = {
  needs: sameOffset,
  evaluate({ shape }, [a, b]) {
    const terms = [a.ntk && tf.mul(a.ntk, b.nngp), b.ntk && tf.mul(a.nngp, b.ntk)].filter(
      (term) => term !== null,
    ) as tf.Tensor4D[];
    return {
      shape,
      nngp: tf.mul(a.nngp, b.nngp),
      ntk: terms.length === 0 ? null : tf.addN(terms),
      cov1: tf.mul(a.cov1, b.cov1),
      cov2: a.cov2 && b.cov2 && tf.mul(a.cov2, b.cov2),
    };
  },
};
