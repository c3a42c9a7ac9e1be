/**
 * Kernel ridge regression in float64, with solves that say how far they can be trusted.
 *
 * @packageDocumentation
 */
export { accuracy } from './accuracy.js';
export { type KernelRidge, type KernelRidgeOptions, kernelRidge } from './kernel-ridge.js';
export type { RegScale, RidgeOptions } from './ridge.js';
export type { JitterLadder, PositiveDefiniteOptions, Solution, SolveEvidence } from './safe-cholesky.js';
export { solvePositiveDefinite } from './solve-positive-definite.js';
