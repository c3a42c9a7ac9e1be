import type * as tf from '#tf';
import type { RealBatches } from './batches.js';

/** What a step of label distillation reads of its options. */
export interface LabelStepOptions {
  readonly networkRate: number;
  readonly reg: number;
  readonly share: number;
}

/** What a step of label distillation works on, all on the backend. */
export interface LabelStep {
  /** Images of the support, and their labels as they are now. */
  readonly x: tf.Tensor;
  readonly y: tf.Tensor;
  /** A batch of the data. */
  readonly real: ReturnType<RealBatches['at']>;
}

/** The loss on the data, its gradient in the support's labels, and the network's tensors after the step. */
export type LabelGradients = {
  readonly loss: tf.Tensor;
  readonly labels: tf.Tensor;
  readonly leaves: tf.Tensor[];
};
