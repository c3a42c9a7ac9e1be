import type { OpBase } from './op.js';
import { type OpRule, sameDisplacement } from './rule.js';

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

/** What executors have to know of `affine`. */
export const affineRule: OpRule<AffineOp> = {
  needs: sameDisplacement,
  constants: {
    read: ({ scale, shift, ntkFromNngp, ntkShift }) => [scale, shift, ntkFromNngp, ntkShift],
    replace: (op, [scale, shift, ntkFromNngp, ntkShift]) => ({ ...op, scale, shift, ntkFromNngp, ntkShift }),
  },
};
