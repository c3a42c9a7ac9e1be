import type { NdArray } from '../base/nd-array.js';
import type { Preprocessing } from '../data/index.js';
import type { SolveEvidence } from '../regression/index.js';
import type { KipConfiguration } from './kip-configuration.js';
import type { Moments } from './optimizer.js';
import type { Support } from './types.js';

/** One step of {@link kip}. */
export interface KipStep {
  /** 1 for the first. */
  readonly step: number;
  /** On the step's targets, before its update. */
  readonly loss: number;
  /** On the step's targets, before its update. */
  readonly accuracy: number;
  /** Of this step. */
  readonly learningRate: number;
  /** Targets of this step. */
  readonly targets: number;
  /** The kernel of this step, by its name in the family; null where there is but one. */
  readonly kernel: string | null;
  /** Wall-clock time of the step, without its evaluation. */
  readonly seconds: number;
  /** Of the solve for α; null where labels are solved, as there is none. */
  readonly evidence: SolveEvidence | null;
  /** On the evaluation's data, after the update; null where the step was not evaluated. */
  readonly evaluation: KipEvaluation | null;
}

/** How well a support does on data held out. */
export interface KipEvaluation {
  /** Mean over the kernels of the family. */
  readonly loss: number;
  /** Mean over the kernels of the family. */
  readonly accuracy: number;
  /** Of each kernel of a family; null where there is but one. */
  readonly kernels: { readonly [name: string]: { readonly loss: number; readonly accuracy: number } } | null;
}

/** The support that did best on the evaluation's data. */
export interface KipBest extends Support {
  readonly images: NdArray<Float64Array>;
  readonly step: number;
  readonly evaluation: KipEvaluation;
}

/** A distilled data set, and all that a run needs to go on from it. */
export interface KipResult extends Support {
  /** `[n, h, w, c]`. */
  readonly images: NdArray<Float64Array>;
  /** Steps done. */
  readonly step: number;
  /** One entry a step. */
  readonly history: readonly KipStep[];
  /** Null where nothing was evaluated. */
  readonly best: KipBest | null;
  /** What the optimiser remembers. */
  readonly moments: { readonly images: Moments; readonly labels: Moments };
  readonly configuration: KipConfiguration;
  /** What the data went through, if the run was told. */
  readonly preprocessing: Preprocessing | null;
}
