import * as tf from '#tf';
import { sizeOf } from '../../../base/nd-array.js';

import type { DropoutOp } from '../../../program/ops/dropout.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `dropout`. */
export const evaluateDropout: Evaluation<DropoutOp> = ({ shape, scale }, [{ nngp, ntk, cov1, cov2 }]) => {
  const p = sizeOf(shape);
  /** 1 everywhere, `scale` where row and column are equal, `[n, p, n, p]`. */
  const factors = (n: number) => {
    const excess = tf.mul(tf.eye(n * p), scale - 1);
    return tf.reshape(tf.add(excess, 1), [n, p, n, p]) as tf.Tensor4D;
  };
  const pairs = (k: tf.Tensor4D): tf.Tensor4D =>
    cov2 === null ? tf.mul(k, factors(k.shape[0])) : tf.clone(k);
  const own = factors(1);
  return {
    shape,
    nngp: pairs(nngp),
    ntk: ntk && pairs(ntk),
    cov1: tf.mul(cov1, own),
    cov2: cov2 && tf.mul(cov2, own),
  };
};
