import type * as tf from '#tf';
import { UnsupportedError } from '../../base/errors.js';
import {
  anything,
  byDefault,
  type Complete,
  flag,
  isWhole,
  type Option,
  optional,
  readOptions,
  record,
  rule,
} from '../../base/options.js';
import { type Schedule, scheduleLike } from '../../base/schedule.js';
import { callback, signal } from '../../base/work-options.js';
import { type Key, key as keyOf } from '../../random/index.js';
import type { Params } from '../../stax/layer/params.js';
import type { Tree } from '../../tracing/tree.js';
import type { TrainData } from './batches.js';
import { momentum } from './learning-rate.js';
import { type Loss, loss } from './loss.js';
import type { SgdOptions } from './optimizer.js';
import type { TrainState, TrainStep } from './state.js';

/** A network that is trained: as `NetworkFunction`, given a key in `options` for layers that draw noise. */
export type TrainableFunction<In extends Tree<tf.Tensor> = tf.Tensor> = (
  params: Params,
  x: In,
  options?: { readonly key?: Key },
) => tf.Tensor;

/** Options of `train`. */
export interface TrainOptions<In extends Tree<tf.Tensor> = tf.Tensor> {
  /** Steps of the whole run, those of `resume` included. */
  readonly steps: number;
  /** A number, or how it changes over the run. See `empiricalLearningRate` for the largest that makes sense. */
  readonly learningRate: Schedule;
  /** Default plain gradient descent. tfjs optimisers (`tf.train.adam(…)`) get the schedule's learning rate. */
  readonly optimizer?: SgdOptions | tf.Optimizer;
  /** Default `'mse'`. */
  readonly loss?: Loss;
  /** Adds ½·l2·Σ θ² over all parameters; default 0. */
  readonly l2?: number;
  /** Whether to train f − f₀, f₀ being the network at the start; default false. */
  readonly centred?: boolean;
  /** Trains for labels s times as large; `'mse'` is divided by s². Default 1. */
  readonly labelScale?: number;
  /** Samples a step; default all. */
  readonly batchSize?: number;
  /** What batches, noise and augmentation are drawn from; default `random.key(0)`. */
  readonly key?: Key;
  /** Changes a step's inputs, e.g. flips some of them. Its key is the step's own. */
  readonly augment?: (x: In, key: Key) => In;
  /** Data held out, looked at after every `every` steps (default a 20th of all) and after the last. */
  readonly evaluation?: {
    readonly data: TrainData;
    readonly every?: number;
    /** Samples run at once; default 100. */
    readonly batchSize?: number;
    /** Stops after so many evaluations in a row that are no better; default never. */
    readonly patience?: number;
  };
  /** Gets a state to go on from, every so many steps and after the last. */
  readonly checkpoints?: {
    /** Steps between two calls. */
    readonly every: number;
    /** Called with each state; training waits for it. */
    readonly save: (state: TrainState) => void | Promise<void>;
  };
  /** Goes on from an earlier run with the same other options. */
  readonly resume?: TrainState;
  /** Stops the run; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called after every step. */
  readonly onProgress?: (step: TrainStep & { readonly steps: number }) => void;
}

const whole = rule('must be a whole number from 1', isWhole(1));

const evaluationOptions = {
  data: anything<TrainData>(),
  every: optional(whole),
  batchSize: byDefault(100, whole),
  patience: byDefault(Infinity, whole),
};

/** {@link SgdOptions}. */
export const sgdOptions = {
  kind: anything<'sgd'>(),
  momentum: byDefault(0, momentum),
  nesterov: byDefault(false, flag),
};

const readSgd = record(sgdOptions);

/** Momentum's gradient descent, its options complete, or an optimiser of tfjs. */
const optimizer: Option<Complete<typeof sgdOptions> | tf.Optimizer> = (given, where, name) => {
  if (typeof given !== 'object' || given === null || !('kind' in given)) return given as tf.Optimizer;
  if (given.kind === 'sgd') return readSgd(given, where, name);
  throw new UnsupportedError(
    `${where}: ${name} must be { kind: 'sgd' } or an optimizer of tfjs, got kind '${given.kind}'. Pass e.g. tf.train.adam().`,
  );
};

/** The options of a run over so many samples. */
export const trainOptions = <In extends Tree<tf.Tensor>>(count: number) => ({
  steps: whole,
  learningRate: scheduleLike(0.1),
  optimizer: ((given, where, name) =>
    optimizer(given === undefined ? { kind: 'sgd' } : given, where, name)) as typeof optimizer,
  loss: byDefault('mse', loss),
  l2: byDefault(
    0,
    rule<number>('must be a number from 0', (l2) => l2 >= 0 && l2 < Infinity),
  ),
  centred: byDefault(false, flag),
  labelScale: byDefault(
    1,
    rule<number>('must be a positive number', (scale) => scale > 0 && scale < Infinity),
  ),
  batchSize: byDefault(
    count,
    rule<number>(
      `must be a whole number from 1 to ${count} samples`,
      (size) => isWhole(1)(size) && size <= count,
    ),
  ),
  key: byDefault(keyOf(0), anything<Key>()),
  augment: optional(anything<(x: In, key: Key) => In>()),
  evaluation: optional(record(evaluationOptions)),
  checkpoints: optional(
    record({ every: whole, save: anything<(state: TrainState) => void | Promise<void>>() }),
  ),
  resume: optional(anything<TrainState>()),
  signal,
  onProgress: callback<(step: TrainStep & { readonly steps: number }) => void>(),
});

/** Options of a run, complete. */
export type ReadTrainOptions<In extends Tree<tf.Tensor>> = Complete<ReturnType<typeof trainOptions<In>>>;

/** Reads the options of a run over so many samples. @throws RangeError, UnsupportedError for one that makes no sense. */
export function readTrainOptions<In extends Tree<tf.Tensor>>(
  options: TrainOptions<In>,
  count: number,
): ReadTrainOptions<In> {
  const read = readOptions('train', options, trainOptions<In>(count));
  if (read.labelScale === 1 || read.loss === 'mse') return read;
  throw new UnsupportedError(
    "train: labelScale is for loss 'mse', got another. Scale the labels themselves.",
  );
}
