import type { OpBase } from './op.js';
import { noDisplacement, type OpRule } from './rule.js';

/** Covariances that the caller brings (a `Kernel` record fed to another kernel) in place of inputs x1, x2. */
export interface GivenOp extends OpBase<'given'> {
  /** Which of the source's covariances. */
  readonly index: number;
}

/** What executors have to know of `given`. */
export const givenRule: OpRule<GivenOp> = { needs: noDisplacement };
