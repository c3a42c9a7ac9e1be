import { checkOptions } from '../base/check-options.js';
import { checkSchedule, type Schedule } from '../base/schedule.js';
import type { AugmentOptions, Preprocessing } from '../data/index.js';
import { checkRidge } from '../regression/ridge.js';
import type { AdamOptions } from './adam.js';
import type { KipConfiguration, LabelRule } from './kip-configuration.js';
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

const names = [
  ...['supportSize', 'steps', 'learningRate', 'targetBatch', 'labels', 'labelReg', 'labelTargets', 'init'],
  ...['augmentation', 'preprocessing', 'adam', 'seed', 'evaluation', 'onProgress', ...supportOptions],
];

const labelRules: readonly LabelRule[] = ['fixed', 'learned', 'solved'];

/** @throws TypeError, UnsupportedError for what are no options of {@link kip}. */
export function checkKipOptions(options: KipOptions | KipResumeOptions | undefined): void {
  checkOptions('kip', options, options && 'resume' in options ? [...resumeNames, 'resume'] : names);
}

/** The configuration that checked options mean; defaults are those of the paper's notebook. */
export function configurationOf(
  program: KipConfiguration['program'],
  options: KipOptions | KipResumeOptions,
): KipConfiguration {
  const earlier: Partial<KipConfiguration> = 'resume' in options ? options.resume.configuration : {};
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const { init = 'natural' } = options as Partial<KipOptions>;
  const merged = { ...defaults, ...earlier, ...given } as KipConfiguration;
  checkOptions('kip: adam', merged.adam, Object.keys(defaults.adam));
  const configuration: KipConfiguration = {
    program,
    supportSize: merged.supportSize,
    steps: merged.steps,
    learningRate: merged.learningRate,
    targetBatch: merged.targetBatch,
    labels: merged.labels,
    labelReg: merged.labelReg,
    labelTargets: merged.labelTargets,
    init: typeof init === 'object' ? 'given' : (earlier.init ?? init),
    augmentation: merged.augmentation,
    adam: { ...defaults.adam, ...merged.adam },
    seed: merged.seed,
    reg: merged.reg,
    regScale: merged.regScale,
    jitter: merged.jitter,
    get: merged.get,
    dtype: merged.dtype,
  };
  check(configuration, options.evaluation);
  return configuration;
}

const resumeNames = names.filter((name) => name !== 'supportSize' && name !== 'init');

const defaults = {
  learningRate: 0.04,
  targetBatch: 5000,
  labels: 'fixed',
  labelReg: 1e-3,
  labelTargets: 2000,
  augmentation: null,
  adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, firstStep: 1 },
  seed: 0,
  reg: 1e-6,
  regScale: 'trace',
  jitter: true,
  get: 'ntk',
  dtype: 'float64',
} as const;

function check(configuration: KipConfiguration, evaluation: KipEvaluationOptions | undefined): void {
  const { steps, learningRate, targetBatch, labels, labelReg, labelTargets } = configuration;
  if (!(Number.isInteger(steps) && steps >= 0)) {
    throw new RangeError(`kip: steps needs a whole number of at least 0, got ${steps}. Pass e.g. 300.`);
  }
  checkSchedule('kip', 'learningRate', learningRate, 0.04);
  if (typeof targetBatch !== 'number') checkSchedule('kip', 'targetBatch', targetBatch, 5000);
  if (!labelRules.includes(labels)) {
    throw new RangeError(`kip: labels needs 'fixed', 'learned' or 'solved', got ${String(labels)}.`);
  }
  if (!(Number.isFinite(labelReg) && labelReg >= 0)) {
    throw new RangeError(
      `kip: labelReg needs a finite number of at least 0, got ${labelReg}. Pass e.g. 1e-3.`,
    );
  }
  const counts = { labelTargets, 'evaluation.every': evaluation?.every, patience: evaluation?.patience };
  for (const [name, value] of Object.entries(counts)) {
    if (value === undefined || (Number.isInteger(value) && value >= 1)) continue;
    throw new RangeError(`kip: ${name} needs a whole number of at least 1, got ${value}. Pass e.g. 20.`);
  }
  checkRidge('kip', configuration);
}
