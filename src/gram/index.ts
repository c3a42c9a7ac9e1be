export {
  type ComputeOptions,
  computeOptions,
  field,
  fields,
  type GramField,
} from './compute-options.js';
export { type GramOptions, type GramResult, type GramValue, gram } from './gram.js';
export { type GramCotangents, type GramGradients, type GramVjpOptions, gramVjp } from './gram-vjp.js';
export {
  type Hyperparameters,
  type HyperparameterVjpOptions,
  hyperparameterVjp,
  type ParametricNetwork,
} from './hyperparameter-vjp.js';
export { type RidgeVisit, type RidgeVisitOptions, ridgeVisit } from './ridge-visit.js';
