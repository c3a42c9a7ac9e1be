/**
 * Finite networks: their kernels at given parameters, averages of these over draws, expansions in the parameters, training.
 *
 * @packageDocumentation
 */

export type { WorkOptions } from '../base/work-options.js';
export {
  type EmpiricalKernelOptions,
  type EmpiricalResult,
  empiricalKernel,
  empiricalNngp,
  empiricalNtk,
} from './empirical-kernel.js';
export type { EmpiricalField, EmpiricalNtkOptions, EmpiricalOptions, NtkImplementation } from './kernels.js';
export { linearize, taylorExpand } from './linearize.js';
export {
  type GraphModelLike,
  type LayersModelLike,
  type ModelFunction,
  type ModelWeight,
  type NetworkFunctionOptions,
  networkFunction,
} from './models.js';
export {
  type MonteCarloEstimate,
  type MonteCarloKernel,
  type MonteCarloOptions,
  monteCarloKernel,
  type RandomNetwork,
} from './monte-carlo.js';
export type { NetworkFunction } from './network-function.js';
export { empiricalNtkVp } from './ntk-vector-product.js';
export type { OutputAxesOptions } from './output-axes.js';
export type { TrainData } from './training/batches.js';
export { type EmpiricalLearningRateOptions, empiricalLearningRate } from './training/learning-rate.js';
export type { Loss } from './training/loss.js';
export type { OptimizerArray, SgdOptions } from './training/optimizer.js';
export type { TrainableFunction, TrainOptions } from './training/options.js';
export type { TrainBest, TrainEvaluation, TrainState, TrainStep } from './training/state.js';
export { restoreParams, type TrainResult, train } from './training/train.js';
