import type { OpBase } from './op.js';
import type { OpRule } from './rule.js';

/**
 * K'[P,P'] = (1/size) Σ_δ K[p,p'] over the window's δ for which P = p·s − lo + δ and P' = p'·s − lo + δ with whole
 * positions p, p' of the input. Θ alike.
 *
 * The weights of a transposed convolution (before `affine`): the adjoint of `patchMean`.
 */
export interface TransposedPatchOp extends OpBase<'transposedPatch'> {
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly low: readonly number[];
}

/** What executors have to know of `transposedPatch`. */
export const transposedPatchRule: OpRule<TransposedPatchOp> = {
  needs({ strides }, displacement, inputShape) {
    const d = displacement.map((entry, axis) => entry / strides[axis]);
    return d.every((entry, axis) => Number.isInteger(entry) && Math.abs(entry) < inputShape[axis]) ? [d] : [];
  },
};
