/**
 * Exact infinite-width neural kernels (NNGP, NTK) and dataset distillation (KIP, Label Solve).
 *
 * @packageDocumentation
 */

export * from './data/index.js';
export * from './distill/index.js';
export {
  DisposedError,
  NonFiniteError,
  NotPositiveDefiniteError,
  ShapeError,
  UnsupportedError,
} from './errors.js';
export type { Dtype } from './executors/engine/dtype.js';
export { defaultThreads, releaseThreads } from './executors/engine/workers.js';
export type { ExecutorName } from './kernel/executors.js';
export type { FieldName, Get, Got } from './kernel/get.js';
export {
  type ComputeOptions,
  type GramCotangents,
  type GramField,
  type GramGradients,
  type GramOptions,
  type GramResult,
  gram,
  gramVjp,
  type RidgeVisit,
  type RidgeVisitOptions,
  ridgeVisit,
} from './kernel/gram.js';
export type { Kernel } from './kernel/kernel.js';
export type { KernelFn, KernelOptions } from './kernel/kernel-fn.js';
export { programHash, programOf, traceProgram } from './kernel/trace.js';
export { type NdArray, sizeOf } from './nd-array.js';
export * from './plot/index.js';
export type { Program } from './program/program.js';
export * as random from './random/index.js';
export * from './regression/index.js';
export * as stax from './stax/index.js';
