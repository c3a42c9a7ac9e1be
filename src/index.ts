/**
 * Exact infinite-width neural kernels (NNGP, NTK) and dataset distillation (KIP, Label Solve).
 *
 * @packageDocumentation
 */
export {
  DisposedError,
  NonFiniteError,
  NotPositiveDefiniteError,
  ShapeError,
  UnsupportedError,
} from './errors.js';
export type { ExecutorName } from './kernel/executors.js';
export type { FieldName, Get, Got } from './kernel/get.js';
export type { Kernel } from './kernel/kernel.js';
export type { KernelFn, KernelOptions } from './kernel/kernel-fn.js';
export { programHash, programOf, traceProgram } from './kernel/trace.js';
export { type NdArray, sizeOf } from './nd-array.js';
export * from './plot/index.js';
export type { Program } from './program/program.js';
export * as random from './random/index.js';
export * as stax from './stax/index.js';
