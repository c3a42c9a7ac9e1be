import type { NdArray } from '../../base/nd-array.js';
import type { OptimizerArray } from './optimizer.js';

/** How well a network does on data held out. */
export interface TrainEvaluation {
  /** Without the penalty on the parameters. */
  readonly loss: number;
  /** Share of samples whose largest output is at their largest label. */
  readonly accuracy: number;
}

/** One step of `train`. */
export interface TrainStep {
  /** 1 for the first. */
  readonly step: number;
  /** On the step's batch, before its update, the penalty on the parameters included. */
  readonly loss: number;
  /** Of this step. */
  readonly learningRate: number;
  /** On the evaluation's data, after the update; null where the step was not evaluated. */
  readonly evaluation: TrainEvaluation | null;
}

/** The parameters that did best on the evaluation's data. */
export interface TrainBest {
  readonly step: number;
  readonly evaluation: TrainEvaluation;
  /** Tensors of the parameters, first to last. */
  readonly params: readonly NdArray<Float32Array>[];
}

/** All that a run needs to go on: plain data. */
export interface TrainState {
  /** Steps done. */
  readonly step: number;
  /** Tensors of the parameters, first to last. */
  readonly params: readonly NdArray<Float32Array>[];
  /** The parameters that the run started from, where outputs are centred; else null. */
  readonly start: readonly NdArray<Float32Array>[] | null;
  readonly optimizer: readonly OptimizerArray[];
  /** One entry a step. */
  readonly history: readonly TrainStep[];
  /** Null where nothing was evaluated. */
  readonly best: TrainBest | null;
}
