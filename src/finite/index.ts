/**
 * Finite networks: their kernels at given parameters, averages of these over draws, expansions in the parameters.
 *
 * @packageDocumentation
 */

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
export type { WorkOptions } from './work.js';
