import type { OpBase } from './op.js';
import type { OpRule } from './rule.js';

/**
 * K'[P,P'] = mean over the window's δ of K[P·s − lo + δ, P'·s − lo + δ], both positions moved by the same δ;
 * positions outside the image count as 0 (the divisor stays the window's size). Θ alike.
 *
 * The weights of a convolution (before `affine`). Flatten is the case window = image, giving shape `[]`.
 */
export interface PatchMeanOp extends OpBase<'patchMean'> {
  readonly window: readonly number[];
  readonly strides: readonly number[];
  /** Zero padding before the first position, one entry per axis. */
  readonly low: readonly number[];
}

/** What executors have to know of `patchMean`. */
export const patchMeanRule: OpRule<PatchMeanOp> = {
  needs(op, displacement, inputShape) {
    const d = inputShape.map((_, axis) => op.strides[axis] * (displacement[axis] ?? 0));
    return d.every((entry, axis) => Math.abs(entry) < inputShape[axis]) ? [d] : [];
  },
};
