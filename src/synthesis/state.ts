import type { NdArray } from '../base/nd-array.js';
import type { AdamMoments } from '../distill/adam.js';
import type { Support } from '../distill/index.js';

/** One step of a synthesis. */
export interface SynthesisStep {
  /** 1 for the first. */
  readonly step: number;
  /** What was made small, before the step's update. */
  readonly loss: number;
  /** Of this step. */
  readonly learningRate: number;
}

/** Numbers that are learned, by name: images, labels, step sizes before their softplus. */
export type Learned = Readonly<Record<string, Float64Array>>;

/** A network that lives through several steps. */
export interface LivingNetwork {
  /** Tensors of the parameters, first to last. */
  readonly params: readonly NdArray<Float32Array>[];
  /** The step that it was drawn for. */
  readonly drawn: number;
}

/** All that a synthesis needs to go on: plain data. */
export interface SynthesisState {
  /** Steps done. */
  readonly step: number;
  readonly learned: Learned;
  /** What the optimiser remembers, by name. */
  readonly moments: Readonly<Record<string, AdamMoments>>;
  /** One entry a step. */
  readonly history: readonly SynthesisStep[];
  /** Null where every step draws its own. */
  readonly network: LivingNetwork | null;
}

/** Images and labels that finite networks learn from. */
export interface Synthesised extends Support {
  /** `[n, h, w, c]`. */
  readonly images: NdArray<Float64Array>;
  /** All that a later call needs to go on: `{ …, resume: state, steps: more }`. */
  readonly state: SynthesisState;
}
