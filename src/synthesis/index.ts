/**
 * Synthesis: images and labels that finite networks learn from, themselves learned through these networks.
 *
 * @packageDocumentation
 */

export {
  type DatasetDistillationOptions,
  type DistilledSteps,
  datasetDistillation,
} from './dataset-distillation.js';
export { descendOn } from './descend-on.js';
export type { AdamRule, SynthesisOptions, SynthesisProgress } from './options.js';
export type { SynthesisInit } from './start.js';
export type { Learned, LivingNetwork, Synthesised, SynthesisState, SynthesisStep } from './state.js';
