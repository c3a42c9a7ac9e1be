/**
 * Dataset distillation by kernel ridge regression: Kernel Inducing Points and Label Solve.
 *
 * @packageDocumentation
 */
export type { AdamOptions } from './adam.js';
export { type Evaluation, evaluateSupport } from './evaluate-support.js';
export {
  type KipConfiguration,
  type KipOptions,
  type KipProgress,
  type KipResult,
  type KipStep,
  kip,
} from './kip.js';
export { type KipLoss, type KipLossOptions, kipLoss } from './kip-loss.js';
export {
  type LabelSolveConfiguration,
  type LabelSolveOptions,
  type LabelSolveResult,
  labelSolve,
} from './label-solve.js';
export type { Support, SupportOptions } from './types.js';
