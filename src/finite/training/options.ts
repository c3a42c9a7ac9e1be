import type * as tf from '#tf';
import { checkOptions } from '../../base/check-options.js';
import { UnsupportedError } from '../../base/errors.js';
import { type Schedule, scheduleLike } from '../../base/schedule.js';
import { type Key, key as keyOf } from '../../random/index.js';
import type { Params } from '../../stax/layer/params.js';
import type { Tree } from '../../tracing/tree.js';
import type { TrainData } from './batches.js';
import { checkLoss, type Loss } from './loss.js';
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

const optionNames = [
  ...['steps', 'learningRate', 'optimizer', 'loss', 'l2', 'centred', 'labelScale', 'batchSize', 'key'],
  ...['augment', 'evaluation', 'checkpoints', 'resume', 'signal', 'onProgress'],
];

/** Checks options and fills in defaults. @throws RangeError, UnsupportedError for one that makes no sense. */
export function checkedOptions<In extends Tree<tf.Tensor>>(options: TrainOptions<In>, count: number) {
  const where = 'train';
  checkOptions(where, options, optionNames);
  const { steps, learningRate, optimizer = { kind: 'sgd' } as const, loss = 'mse', l2 = 0 } = options;
  const { centred = false, labelScale = 1, batchSize = count, key = keyOf(0), evaluation } = options;
  const wholes: [string, number | undefined, number][] = [
    ['steps', steps, Number.MAX_SAFE_INTEGER],
    ['batchSize', batchSize, count],
    ['evaluation.every', evaluation?.every, Number.MAX_SAFE_INTEGER],
    ['evaluation.batchSize', evaluation?.batchSize, Number.MAX_SAFE_INTEGER],
    ['evaluation.patience', evaluation?.patience, Number.MAX_SAFE_INTEGER],
    ['checkpoints.every', options.checkpoints?.every, Number.MAX_SAFE_INTEGER],
  ];
  for (const [name, value, most] of wholes) {
    if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= most)) continue;
    const rule = most === count ? `a whole number from 1 to ${count} samples` : 'a whole number from 1';
    throw new RangeError(`${where}: ${name} must be ${rule}, got ${value}.`);
  }
  scheduleLike(0.1)(learningRate, where, 'learningRate');
  checkLoss(where, loss);
  if (!(l2 >= 0 && l2 < Infinity)) throw new RangeError(`${where}: l2 must be a number from 0, got ${l2}.`);
  if (!(labelScale > 0 && labelScale < Infinity)) {
    throw new RangeError(`${where}: labelScale must be a positive number, got ${labelScale}.`);
  }
  if (labelScale !== 1 && loss !== 'mse') {
    throw new UnsupportedError(
      `${where}: labelScale is for loss 'mse', got another. Scale the labels themselves.`,
    );
  }
  if ('kind' in optimizer) {
    const { kind, momentum = 0 } = optimizer;
    if (kind !== 'sgd') {
      throw new UnsupportedError(
        `${where}: optimizer must be { kind: 'sgd' } or an optimizer of tfjs, got kind '${kind}'. Pass e.g. tf.train.adam().`,
      );
    }
    if (!(momentum >= 0 && momentum < 1)) {
      throw new RangeError(`${where}: optimizer.momentum must be from 0 to below 1, got ${momentum}.`);
    }
  }
  return { ...options, optimizer, loss, l2, centred, labelScale, batchSize, key };
}

/** Options with their defaults. */
export type CheckedOptions<In extends Tree<tf.Tensor>> = ReturnType<typeof checkedOptions<In>>;
