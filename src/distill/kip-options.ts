import {
  anything,
  byDefault,
  type Complete,
  isWhole,
  type Option,
  oneOf,
  optional,
  readOptions,
  record,
  rule,
} from '../base/options.js';
import { type Schedule, scheduleLike } from '../base/schedule.js';
import { callback } from '../base/work-options.js';
import type { AugmentOptions, Preprocessing } from '../data/index.js';
import { seedLike } from '../random/key.js';
import { ridgeAmount } from '../regression/ridge.js';
import { type AdamOptions, adamOptions } from './adam.js';
import type { KipConfiguration, LabelRule, OptimizerName } from './kip-configuration.js';
import type { KipResult, KipStep } from './kip-state.js';
import { type DatasetInput, type SupportInput, type SupportOptions, supportOptions } from './types.js';

/** How {@link kip} is tested while it runs. */
export interface KipEvaluationOptions {
  /** Data held out. */
  readonly data: DatasetInput;
  /** Steps between two evaluations; the last step is evaluated too. Default 20. */
  readonly every?: number;
  /** Evaluations without a better accuracy after which the run ends; default: none does. */
  readonly patience?: number;
}

/** Options of {@link kip}. */
export interface KipOptions extends SupportOptions {
  /** Images to distil to, a multiple of the classes. */
  readonly supportSize: number;
  /** Optimiser steps; 300 for a reasonable result, 1000 and more for the best. */
  readonly steps: number;
  /** Default 0.04. */
  readonly learningRate?: Schedule;
  /** Targets a step, class-balanced and capped to the data; default 5000. A schedule lets batches grow. */
  readonly targetBatch?: Schedule;
  /** What becomes of the labels, default `'fixed'`. */
  readonly labels?: LabelRule;
  /** With labels `'solved'`: the ridge of their solve, absolute, as `labelSolve`'s `reg`. Default 1e-3. */
  readonly labelReg?: number;
  /** With labels `'solved'`: targets on which the labels of an evaluation and of the end are solved; default 2000. */
  readonly labelTargets?: number;
  /** Start from random images of the data (default), from standard normal noise, or from a support set of the caller's. */
  readonly init?: 'natural' | 'noise' | SupportInput;
  /** Default `'adam'`. */
  readonly optimizer?: OptimizerName;
  /** Constants of either optimizer; SOAP likes a `beta2` of 0.95. */
  readonly adam?: AdamOptions;
  /** Changes each step's targets at random, each image by itself; default: none. */
  readonly augmentation?: AugmentOptions;
  /**
   * What the data went through. It travels with the result and its file; targets are augmented as images before it.
   */
  readonly preprocessing?: Preprocessing;
  /** Of the initial support, the target batches and the kernels drawn; default 0. */
  readonly seed?: number;
  /** Tests on data held out, and keeps the best support; default: none. */
  readonly evaluation?: KipEvaluationOptions;
  /** Called after each step with everything so far, and waited for. */
  readonly onProgress?: (progress: KipProgress) => void | Promise<void>;
}

/** Options of {@link kip} that goes on with an earlier run. What is not given is as it was there. */
export interface KipResumeOptions extends Partial<Omit<KipOptions, 'supportSize' | 'init'>> {
  /** Where to go on. */
  readonly resume: KipResult;
}

/** Where {@link kip} stands. */
export interface KipProgress extends KipStep {
  /** Steps in all. */
  readonly steps: number;
  /** The result after this step. Later steps do not change it, so the last one seen is what an aborted run has reached. */
  readonly result: KipResult;
}

const count = rule('needs a whole number of at least 1', isWhole(1), 'Pass e.g. 20.');

const evaluationOptions = {
  data: anything<DatasetInput>(),
  every: byDefault(20, count),
  patience: optional(count),
};

/** The options of a run from its start; defaults are those of the paper's notebook. */
const kipOptions = {
  supportSize: anything<number>(),
  steps: rule('needs a whole number of at least 0', isWhole(0), 'Pass e.g. 300.'),
  learningRate: byDefault(0.04, scheduleLike(0.04)),
  targetBatch: byDefault(5000, targetBatch),
  labels: byDefault('fixed', oneOf<LabelRule>(['fixed', 'learned', 'solved'], 'needs')),
  labelReg: byDefault(1e-3, ridgeAmount('1e-3')),
  labelTargets: byDefault(2000, count),
  init: byDefault('natural', anything<'natural' | 'noise' | SupportInput>()),
  augmentation: byDefault(null, anything<AugmentOptions | null>()),
  preprocessing: byDefault(null, anything<Preprocessing | null>()),
  optimizer: byDefault('adam', oneOf<OptimizerName>(['adam', 'soap'], 'needs')),
  adam: record(adamOptions),
  seed: byDefault(0, seedLike('Pass e.g. 0.')),
  evaluation: optional(record(evaluationOptions)),
  onProgress: callback<(progress: KipProgress) => void | Promise<void>>(),
  ...supportOptions,
};

/** A number is checked against the data. */
function targetBatch(given: unknown, where: string, name: string): Schedule {
  return typeof given === 'number' ? given : scheduleLike(5000)(given, where, name);
}

/** What {@link kip} was asked for. */
export interface KipRequest extends Complete<Omit<typeof kipOptions, 'init'>> {
  readonly init: 'natural' | 'noise' | 'given' | SupportInput;
  /** Null: from the start. */
  readonly resume: KipResult | null;
}

/** @throws TypeError, UnsupportedError, RangeError for what are no options of {@link kip}. */
export function readKipOptions(options: KipOptions | KipResumeOptions): KipRequest {
  if (typeof options !== 'object' || !('resume' in options)) {
    return { ...readOptions('kip', options, kipOptions), resume: null };
  }
  const { configuration } = options.resume;
  const { supportSize: _, init: __, ...others } = kipOptions;
  // What is not given is as it was.
  const earlier: Partial<Record<string, unknown>> = { ...configuration };
  const kept = Object.entries(others).map(([name, option]) => {
    const before = earlier[name];
    return [name, before === undefined ? option : byDefault(before, option as Option<unknown>)];
  });
  const declared = { ...(Object.fromEntries(kept) as typeof others), resume: anything<KipResult>() };
  const { supportSize, init } = configuration;
  return { ...readOptions('kip', options, declared), supportSize, init };
}

/** The configuration of a run. */
export function configurationOf(program: KipConfiguration['program'], request: KipRequest): KipConfiguration {
  const { init } = request;
  return {
    program,
    supportSize: request.supportSize,
    steps: request.steps,
    learningRate: request.learningRate,
    targetBatch: request.targetBatch,
    labels: request.labels,
    labelReg: request.labelReg,
    labelTargets: request.labelTargets,
    init: typeof init === 'object' ? 'given' : init,
    augmentation: request.augmentation,
    optimizer: request.optimizer,
    adam: request.adam,
    seed: request.seed,
    reg: request.reg,
    regScale: request.regScale,
    jitter: request.jitter,
    get: request.get,
    dtype: request.dtype,
  };
}
