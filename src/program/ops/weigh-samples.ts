import type { OpBase } from './op.js';
import { type OpRule, sameDisplacement } from './rule.js';

/**
 * K'[p,p'] = w1[p]·w2[p']·K[p,p'] with weights of each sample's own, not negative, which stand in its row. Θ alike.
 *
 * Masked positions weigh 0; means over the others weigh by one over their number.
 */
export interface WeighSamplesOp extends OpBase<'weighSamples'> {
  /** Where in the rows the weights begin, one for each position. */
  readonly at: number;
}

/** What executors have to know of `weighSamples`. */
export const weighSamplesRule: OpRule<WeighSamplesOp> = {
  needs: sameDisplacement,
  readsRows: () => true,
};
