/**
 * Dataset distillation by kernel ridge regression: Kernel Inducing Points and Label Solve.
 *
 * @packageDocumentation
 */
export type { CosineSchedule, LinearSchedule, Schedule, StepwiseSchedule } from '../base/schedule.js';
export { acrossSeeds, type Spread, spreadOf } from './across-seeds.js';
export type { AdamMoments, AdamOptions } from './adam.js';
export { type CheckpointOptions, type Checkpoints, checkpoints } from './checkpoints.js';
export { type EigenBand, type EigenBandsOptions, eigenBands } from './eigen-bands.js';
export { type Evaluation, evaluateSupport } from './evaluate-support.js';
export { type IntrinsicDimensionOptions, intrinsicDimension } from './intrinsic-dimension.js';
export type { Kernels } from './kernel-family.js';
export { kip } from './kip.js';
export type { KipConfiguration, LabelRule, OptimizerName } from './kip-configuration.js';
export { type KipLoss, type KipLossOptions, kipLoss } from './kip-loss.js';
export type {
  KipEvaluationOptions,
  KipOptions,
  KipProgress,
  KipResumeOptions,
} from './kip-options.js';
export type {
  KipBest,
  KipEvaluation,
  KipResult,
  KipStep,
} from './kip-state.js';
export {
  type LabelSolveConfiguration,
  type LabelSolveOptions,
  type LabelSolveResult,
  labelSolve,
} from './label-solve.js';
export type { Moments } from './optimizer.js';
export { type PredictFromOptions, predictFrom } from './predict-from.js';
export { loadKip, saveKip } from './saved-kip.js';
export type { SoapAxis, SoapMoments } from './soap.js';
export type { DatasetInput, Support, SupportInput, SupportOptions } from './types.js';
