import type { OpBase } from '../program.js';

/** Covariances that the caller brings (a `Kernel` record fed to another kernel) in place of inputs x1, x2. */
export interface GivenOp extends OpBase<'given'> {}
