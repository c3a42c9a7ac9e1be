import type { OpBase } from './op.js';
import { type OpRule, sameDisplacement } from './rule.js';

/**
 * K'[p,p] = scale·K[p,p] of a sample with itself, all other covariances staying as they are. Θ alike.
 *
 * Entries dropped at random, scale being one over the probability that an entry is kept.
 */
export interface DropoutOp extends OpBase<'dropout'> {
  readonly scale: number;
}

/** What executors have to know of `dropout`. */
export const dropoutRule: OpRule<DropoutOp> = { needs: sameDisplacement };
