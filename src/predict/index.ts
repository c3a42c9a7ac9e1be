/**
 * What training makes of networks of infinite width: mean and covariance of their outputs at any time.
 *
 * @packageDocumentation
 */

export type { WorkOptions } from '../base/work-options.js';
export {
  type GpInferenceOptions,
  type GpPredictor,
  gpInference,
  type InferenceOptions,
  type Inferred,
  type PosteriorKind,
} from './gp-inference.js';
export {
  type Descended,
  type DescentOptions,
  type DescentState,
  type GradientDescentOptions,
  type GradientDescentPredictor,
  gradientDescent,
  type LossGradient,
} from './gradient-descent.js';
export {
  type GradientDescentMseOptions,
  type GradientDescentMsePredictor,
  gradientDescentMse,
  type TraceAxesOptions,
  type Trained,
  type TrainingOptions,
} from './gradient-descent-mse.js';
export {
  type EnsembleOptions,
  type EnsemblePrediction,
  type EnsemblePredictor,
  type EnsembleTimeOptions,
  gradientDescentMseEnsemble,
} from './gradient-descent-mse-ensemble.js';
export {
  type CalibrationPoint,
  calibration,
  type IntervalOptions,
  type Intervals,
  predictionIntervals,
} from './intervals.js';
export type { KernelSourceOptions, OwnKernel } from './kernel-source.js';
export type { TileOptions } from './kernel-tiles.js';
export {
  type ConjugateGradientRidgeOptions,
  conjugateGradientRidge,
  type LargeRidge,
  type NystromRidgeOptions,
  nystromRidge,
} from './large-ridge.js';
export { type MaxLearningRateOptions, maxLearningRate } from './max-learning-rate.js';
export type { ByKind, Gaussian, KernelRecord } from './posterior.js';
export type { RegularizerOptions } from './regularizer.js';
export type { Times } from './times.js';
