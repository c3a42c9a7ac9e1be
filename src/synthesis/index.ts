/**
 * Synthesis: images and labels that finite networks learn from, themselves learned through these networks.
 *
 * @packageDocumentation
 */

export { type DatasetCondensationOptions, datasetCondensation } from './dataset-condensation.js';
export {
  type DatasetDistillationOptions,
  type DistilledSteps,
  datasetDistillation,
} from './dataset-distillation.js';
export { descendOn } from './descend-on.js';
export {
  evaluateByNetworks,
  type NetworkEvaluation,
  type NetworkEvaluationOptions,
} from './evaluate-by-networks.js';
export { type LabelDistillationOptions, labelDistillation } from './label-distillation.js';
export type { AdamRule, SynthesisOptions, SynthesisProgress } from './options.js';
export { type SiameseAugmentationOptions, siameseAugmentation } from './siamese-augmentation.js';
export type { SynthesisInit } from './start.js';
export type { Learned, LivingNetwork, Synthesised, SynthesisState, SynthesisStep } from './state.js';
