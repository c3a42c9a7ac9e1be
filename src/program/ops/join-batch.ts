import type { OpBase } from './op.js';
import { type OpRule, sameDisplacement } from './rule.js';

/**
 * The samples of the inputs one after the other; K' = 0 between samples of different inputs, which are independent. Θ alike.
 *
 * `FanInConcat` along the batch.
 */
export interface JoinBatchOp extends OpBase<'joinBatch'> {}

/** What executors have to know of `joinBatch`. */
export const joinBatchRule: OpRule<JoinBatchOp> = {
  needs: sameDisplacement,
  batchSize: (_op, sizes) => sizes.reduce((a, b) => a + b, 0),
};
