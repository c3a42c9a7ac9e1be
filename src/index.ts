/**
 * Exact infinite-width neural kernels (NNGP, NTK) and dataset distillation (KIP, Label Solve).
 *
 * @packageDocumentation
 */

export {
  type AnyArray,
  type IntegerArray,
  type NestedNumbers,
  type ShapedArray,
  toMatrix,
  toNdArray,
} from './base/any-array.js';
export {
  DisposedError,
  DivergedError,
  NonFiniteError,
  NotPositiveDefiniteError,
  ShapeError,
  UnsupportedError,
} from './base/errors.js';
export { Matrix } from './base/ml-matrix.js';
export { type Dtype, type FloatArray, type NdArray, sizeOf } from './base/nd-array.js';
export { setWarningHandler } from './base/warnings.js';
export * from './coresets/index.js';
export * from './data/index.js';
export * from './distill/index.js';
export { defaultThreads, releaseThreads } from './executors/engine/index.js';
export { type Estimate, type EstimateOptions, estimate } from './explain/estimate.js';
export { type ExplainedOp, type ExplainOptions, type Explanation, explain } from './explain/explain.js';
export * from './finite/index.js';
export {
  type ComputeOptions,
  type GramCotangents,
  type GramField,
  type GramGradients,
  type GramOptions,
  type GramResult,
  type GramValue,
  type GramVjpOptions,
  gram,
  gramVjp,
  type Hyperparameters,
  type HyperparameterVjpOptions,
  hyperparameterVjp,
  type ParametricNetwork,
  type RidgeVisit,
  type RidgeVisitOptions,
  ridgeVisit,
} from './gram/index.js';
export * from './hyperparameters/index.js';
export type { Samples } from './inputs/check-input.js';
export type { Pattern, SampleOptions } from './inputs/read-samples.js';
export { toTensor } from './inputs/to-tensor.js';
export type { ExecutorName } from './kernel/executors.js';
export type { Canonical, FieldName, Get, Got } from './kernel/get.js';
export type { Kernel } from './kernel/kernel.js';
export type { KernelFn } from './kernel/kernel-fn.js';
export type { KernelOptions } from './kernel/kernel-options.js';
export type { LayoutOptions } from './kernel/layout.js';
export { programKernel } from './kernel/program-kernel.js';
export * from './plot/index.js';
export * from './predict/index.js';
export type { ProgramBuilder } from './program/builder.js';
export type { ActivationName, ActivationOp } from './program/ops/activation.js';
export type { AffineOp } from './program/ops/affine.js';
export type { AttentionMechanism, AttentionOp } from './program/ops/attention.js';
export type { CentreBatchOp } from './program/ops/centre-batch.js';
export type { DiagonalOp } from './program/ops/diagonal.js';
export type { DropoutOp } from './program/ops/dropout.js';
export type { EmbedOp } from './program/ops/embed.js';
export type { GivenOp } from './program/ops/given.js';
export type { GramOp } from './program/ops/gram.js';
export type { AnyOp } from './program/ops/index.js';
export type { JoinBatchOp } from './program/ops/join-batch.js';
export type { MixOp } from './program/ops/mix.js';
export type { BatchMap, MixBatchOp } from './program/ops/mix-batch.js';
export type { NormalizeOp } from './program/ops/normalize.js';
export type { NormalizeBatchOp } from './program/ops/normalize-batch.js';
export type { OpBase } from './program/ops/op.js';
export type { PatchMeanOp } from './program/ops/patch-mean.js';
export type { PermuteOp } from './program/ops/permute.js';
export type { PoolOp } from './program/ops/pool.js';
export type { ProductOp } from './program/ops/product.js';
export type { SelectOp } from './program/ops/select.js';
export type { SumOp } from './program/ops/sum.js';
export type { PositionMatrix, TransformOp } from './program/ops/transform.js';
export type { TransposedPatchOp } from './program/ops/transposed-patch.js';
export type { WeighOp } from './program/ops/weigh.js';
export type { WeighSamplesOp } from './program/ops/weigh-samples.js';
export type { Program } from './program/program.js';
export type { Mask, RowLayout, SampleFacts, Table } from './program/row.js';
export * as random from './random/index.js';
export * from './regression/index.js';
export * as stax from './stax/index.js';
export * from './synthesis/index.js';
export type { Axes, AxesOptions, AxesRequest, AxesRequests } from './tracing/axes.js';
export type { SymbolicKernel, SymbolicMask, SymbolicTree } from './tracing/symbolic.js';
export { type NetworkKernel, programHash, programOf, type Traceable, traceProgram } from './tracing/trace.js';
export type { Shape, Tree, TreeLike } from './tracing/tree.js';
export { type EngineInfo, engineInfo } from './wasm/module.js';
