import type { OpBase } from './op.js';
import type { OpRule } from './rule.js';

/**
 * K'[p,p] = K[p,p], and 0 between different positions. Θ alike.
 *
 * Weights that positions do not share make them independent: `ConvLocal`.
 */
export interface DiagonalOp extends OpBase<'diagonal'> {}

/** What executors have to know of `diagonal`. */
export const diagonalRule: OpRule<DiagonalOp> = {
  needs: (_op, displacement) => (displacement.every((d) => d === 0) ? [displacement] : []),
};
