import * as tf from '#tf';

import type { ProductOp } from '../../../program/ops/product.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `product`. */
export const evaluateProduct: Evaluation<ProductOp> = ({ shape }, [a, b]) => {
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
};
