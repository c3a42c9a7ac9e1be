import { UnsupportedError } from '../base/errors.js';
import {
  anything,
  byDefault,
  type Complete,
  isWhole,
  type Option,
  optional,
  record,
  rule,
} from '../base/options.js';
import { type Schedule, scheduleLike } from '../base/schedule.js';
import { callback, signal } from '../base/work-options.js';
import { adamOptions } from '../distill/adam.js';
import type { AdamOptions } from '../distill/index.js';
import { type Loss, loss } from '../finite/training/loss.js';
import type { SgdOptions } from '../finite/training/optimizer.js';
import { sgdOptions } from '../finite/training/options.js';
import { type Key, key as keyOf } from '../random/index.js';
import type { Synthesised, SynthesisState, SynthesisStep } from './state.js';

/** Adam, as `kip` uses it. */
export interface AdamRule extends AdamOptions {
  readonly kind: 'adam';
}

/** Where a synthesis stands. */
export interface SynthesisProgress<Result extends Synthesised = Synthesised> extends SynthesisStep {
  /** Steps in all. */
  readonly steps: number;
  /** The result after this step, which later steps do not change. */
  readonly result: Result;
}

/** Options that all syntheses share. */
export interface SynthesisOptions<Result extends Synthesised = Synthesised> {
  /** Steps of the whole run, those of `resume` included. */
  readonly steps: number;
  /** Of the images, labels and step sizes. */
  readonly learningRate?: Schedule;
  /** How images, labels and step sizes follow their gradients. */
  readonly optimizer?: AdamRule | SgdOptions;
  /**
   * What the networks make small; default `'xent'`, with labels that sum to 1. With `'mse'` labels are one-hot minus 1/C.
   */
  readonly loss?: Loss;
  /** What networks, batches and images are drawn from; default `random.key(0)`. */
  readonly key?: Key;
  /** Goes on from an earlier run with the same other options. */
  readonly resume?: SynthesisState;
  /** Stops the run; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called after each step with everything so far, and waited for. */
  readonly onProgress?: (progress: SynthesisProgress<Result>) => void | Promise<void>;
}

const readAdam = record({ kind: anything<'adam'>(), ...adamOptions });
const readSgd = record(sgdOptions);

/** Adam or gradient descent, its options complete. */
export type Optimizer = Complete<typeof adamOptions & { kind: Option<'adam'> }> | Complete<typeof sgdOptions>;

const optimizer: Option<Optimizer> = (given, where, name) => {
  const { kind } = given as AdamRule | SgdOptions;
  if (kind === 'adam') return readAdam(given, where, name);
  if (kind === 'sgd') return readSgd(given, where, name);
  throw new UnsupportedError(
    `${where}: ${name}.kind must be 'adam' or 'sgd', got '${kind}'. Pass e.g. { kind: 'adam' }.`,
  );
};

/** A whole number from 1. */
export const count = rule('must be a whole number from 1', isWhole(1));

/** A positive number. */
export const positive = rule<number>('must be a positive number', (given) => given > 0 && given < Infinity);

/** {@link SynthesisOptions} with a method's defaults. */
export const synthesisOptions = <Result extends Synthesised>(defaults: {
  readonly learningRate: number;
  readonly optimizer: AdamRule | SgdOptions;
}) => ({
  steps: rule('must be a whole number from 0', isWhole(0)),
  learningRate: byDefault(defaults.learningRate, scheduleLike(defaults.learningRate)),
  optimizer: ((given, where, name) =>
    optimizer(given ?? defaults.optimizer, where, name)) as typeof optimizer,
  loss: byDefault('xent', loss),
  key: byDefault(keyOf(0), anything<Key>()),
  resume: optional(anything<SynthesisState>()),
  signal,
  onProgress: callback<(progress: SynthesisProgress<Result>) => void | Promise<void>>(),
});

/** {@link SynthesisOptions}, complete. */
export type ReadSynthesisOptions<Result extends Synthesised> = Complete<
  ReturnType<typeof synthesisOptions<Result>>
>;
