import type { OpBase } from './op.js';
import type { OpRule } from './rule.js';

/**
 * Spatial axes in another order: K'[P,P'] = K[p,p'] with p[order[a]] = P[a] on every axis a. Θ alike.
 *
 * A convolution whose `dimensionNumbers` name the axes of its outputs in another order than those of its inputs.
 */
export interface PermuteOp extends OpBase<'permute'> {
  /** For each axis of the result, the input's axis that it is. */
  readonly order: readonly number[];
}

/** What executors have to know of `permute`. */
export const permuteRule: OpRule<PermuteOp> = {
  needs: ({ order }, displacement) => [order.map((_, axis) => displacement[order.indexOf(axis)])],
};
