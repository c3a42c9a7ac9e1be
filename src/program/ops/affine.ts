import * as tf from '@tensorflow/tfjs';
import type { OpBase } from './op.js';
import { mapCovariances } from './pair-covariances.js';
import { type OpRule, sameOffset } from './rule.js';

/**
 * Weights and biases: K' = scale·K + shift and Θ' = ntkFromNngp·K + scale·Θ + ntkShift (K before the op).
 *
 * `ntk` parameterization: scale = wStd², shift = bStd², ntkFromNngp = scale, ntkShift = shift.
 * `standard`: ntkFromNngp = fanIn / s[0], ntkShift = 1 with a bias, else 0.
 * A scaling of the activations by a, shifted in the second moment by c²: scale = a², shift = c², no ntk terms.
 */
export interface AffineOp extends OpBase<'affine'> {
  readonly scale: number;
  readonly shift: number;
  readonly ntkFromNngp: number;
  readonly ntkShift: number;
}

/** How executors run `affine`. */
export const affineRule: OpRule<AffineOp> = {
  needs: sameOffset,
  evaluate(op, [input], { withNtk }) {
    const { scale, shift, ntkFromNngp, ntkShift } = op;
    const moved = mapCovariances({ ...input, ntk: null }, op.shape, (k) => tf.add(tf.mul(k, scale), shift));
    const terms: tf.Tensor4D[] = [];
    if (withNtk && ntkFromNngp !== 0) terms.push(tf.mul(input.nngp, ntkFromNngp));
    if (input.ntk !== null) terms.push(tf.mul(input.ntk, scale));
    if (withNtk && ntkShift !== 0) terms.push(tf.fill(input.nngp.shape, ntkShift));
    return { ...moved, ntk: terms.length === 0 ? null : tf.addN(terms) };
  },
};
