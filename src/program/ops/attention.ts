import type { OpBase } from './op.js';
import { allDisplacements, type OpRule } from './rule.js';

/** ζ: what attention makes of the scores of a query's keys. */
export type AttentionMechanism = 'softmax' | 'identity' | 'abs' | 'relu';

/**
 * K'[p,p'] = Σ_r Σ_r' G1[p,r]·G2[p',r']·K[r,r'], with G = ζ(scale·K + bias) of each sample's covariances with itself, p being
 * the query and r the key. Θ alike.
 */
export interface AttentionOp extends OpBase<'attention'> {
  readonly mechanism: AttentionMechanism;
  readonly scale: number;
  /** Added to the scores, `[query, key]`; null: nothing. */
  readonly bias: readonly (readonly number[])[] | null;
  /** Where in the rows there is 1 for each key to attend to and 0 for the others; null: all of them. */
  readonly keys: number | null;
}

/** The score of keys that softmax is to leave out. */
export const LEFT_OUT = -1e20;

/** What executors have to know of `attention`. */
export const attentionRule: OpRule<AttentionOp> = {
  needs: (_op, _displacement, inputShape) => allDisplacements(inputShape),
  readsRows: ({ keys }) => keys !== null,
};
