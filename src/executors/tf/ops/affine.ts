import * as tf from '#tf';
import type { AffineOp } from '../../../program/ops/affine.js';
import { mapCovariances } from '../pair-covariances.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `affine`. */
export const evaluateAffine: Evaluation<AffineOp> = (op, [input], { withNtk }) => {
  const { scale, shift, ntkFromNngp, ntkShift } = op;
  const moved = mapCovariances({ ...input, ntk: null }, op.shape, (k) => tf.add(tf.mul(k, scale), shift));
  const terms: tf.Tensor4D[] = [];
  if (withNtk && ntkFromNngp !== 0) terms.push(tf.mul(input.nngp, ntkFromNngp));
  if (input.ntk !== null) terms.push(tf.mul(input.ntk, scale));
  if (withNtk && ntkShift !== 0) terms.push(tf.fill(input.nngp.shape, ntkShift));
  return { ...moved, ntk: terms.length === 0 ? null : tf.addN(terms) };
};
