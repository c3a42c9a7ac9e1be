/**
 * Hyperparameters of networks learned from data: objectives in closed form and their gradients.
 *
 * @packageDocumentation
 */

export {
  type LearnedHyperparameters,
  type LearnHyperparametersOptions,
  type LearningObjective,
  type LearningStep,
  learnHyperparameters,
} from './learn-hyperparameters.js';
export { leaveOneOut } from './leave-one-out.js';
export { logMarginalLikelihood } from './log-marginal-likelihood.js';
export type { Objective, ObjectiveOptions } from './objective.js';
