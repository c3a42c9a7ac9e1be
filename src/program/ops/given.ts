import type { OpBase } from '../program.js';
import { noOffset, type OpRule } from './rule.js';

/** Covariances that the caller brings (a `Kernel` record fed to another kernel) in place of inputs x1, x2. */
export interface GivenOp extends OpBase<'given'> {}

/** How executors run GivenOp. */
export const givenRule: OpRule<GivenOp> = { needs: noOffset };
