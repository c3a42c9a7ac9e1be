import { checkOptions } from '../base/check-options.js';
import { ShapeError } from '../base/errors.js';
import { fromRowMajor, rowMajor } from '../base/matrix.js';
import type { NdArray } from '../base/nd-array.js';
import type { Dataset } from '../data/index.js';
import type { GramField } from '../gram/gram.js';
import type { Program } from '../program/program.js';
import { key, split } from '../random/index.js';
import type { JitterLadder, RegScale, SolveEvidence } from '../regression/index.js';
import { checkRidge } from '../regression/ridge.js';
import { programOf } from '../tracing/trace.js';
import { Adam, type AdamOptions } from './adam.js';
import { checkDataset, checkSupport } from './check-support.js';
import { targetsOf } from './evaluate-support.js';
import { initialSupport } from './initial-support.js';
import { computeKipLoss } from './kip-loss.js';
import { targetBatches } from './target-batches.js';
import { type Support, type SupportOptions, supportOptions } from './types.js';

/** Options of {@link kip}. */
export interface KipOptions extends SupportOptions {
  /** Images to distil to, a multiple of the classes. */
  readonly supportSize: number;
  /** Optimiser steps; 300 for a reasonable result, 1000 and more for the best. */
  readonly steps: number;
  /** Default 0.04. */
  readonly learningRate?: number;
  /** Targets a step, class-balanced and capped to the data; default 5000. */
  readonly targetBatch?: number;
  /** Whether labels are learned together with the images, default false. */
  readonly learnLabels?: boolean;
  /** Start from random images of the data (default), from standard normal noise, or from a support set of the caller's. */
  readonly init?: 'natural' | 'noise' | Support;
  readonly adam?: AdamOptions;
  /** Of the initial support and the target batches, default 0. */
  readonly seed?: number;
  /** Called after each step with everything so far. */
  readonly onProgress?: (progress: KipProgress) => void;
}

/** One step of {@link kip}. */
export interface KipStep {
  /** 1 for the first. */
  readonly step: number;
  /** On the step's targets, before its update. */
  readonly loss: number;
  /** On the step's targets, before its update. */
  readonly accuracy: number;
  /** Wall-clock time of the step. */
  readonly seconds: number;
  /** Of the solve for α. */
  readonly evidence: SolveEvidence;
}

/** Where {@link kip} stands. */
export interface KipProgress extends KipStep {
  /** Steps in all. */
  readonly steps: number;
  /** The result after this step. Later steps do not change it, so the last one seen is what an aborted run has reached. */
  readonly result: KipResult;
}

/** Everything that determines a run of {@link kip}, given the data, as plain JSON. */
export interface KipConfiguration {
  /** The network's kernel. */
  readonly program: Program;
  readonly supportSize: number;
  readonly steps: number;
  readonly learningRate: number;
  /** After capping to the data. */
  readonly targetBatch: number;
  readonly learnLabels: boolean;
  /** `'given'`: the caller's own support set. */
  readonly init: 'natural' | 'noise' | 'given';
  readonly adam: Required<AdamOptions>;
  readonly seed: number;
  readonly reg: number;
  readonly regScale: RegScale;
  readonly jitter: boolean | JitterLadder;
  readonly get: GramField;
  readonly dtype: 'float64' | 'float32';
}

/** A distilled data set. */
export interface KipResult extends Support {
  /** `[n, h, w, c]`. */
  readonly images: NdArray<Float64Array>;
  /** One entry a step. */
  readonly history: readonly KipStep[];
  readonly configuration: KipConfiguration;
}

/**
 * Kernel Inducing Points: distils a data set to a few images (and, if wanted, labels) from which kernel ridge regression
 * predicts the data set best.
 *
 * Each step draws class-balanced targets and takes an Adam step along the gradient of `kipLoss`; images and labels share
 * optimiser and learning rate.
 *
 * @param kernel the `kernel` of a network that ends in one position
 * @param train images `[N, h, w, c]`, usually standardised, and classes `[N]`
 * @returns images `[n, h, w, c]`, labels `[n, C]` (one-hot minus 1/C where they are not learned), history, configuration
 * @throws the signal's reason when it aborts. Nothing computed is lost: every `onProgress` call carries the result so far.
 * @throws ShapeError when shapes do not fit each other or the network.
 * @throws NonFiniteError when an entry is NaN or infinite, or becomes so at a learning rate too high.
 * @throws NotPositiveDefiniteError when the support's Gram matrix with its ridge, and the allowed jitter, is not positive
 *   definite.
 * @throws RangeError when an option is out of range; UnsupportedError when there is no such option.
 * @remarks The same seed gives the same bits for any number of threads. A step costs about the kernel's gradient between
 *   support and targets; targets need none.
 * @source Nguyen, Chen, Lee, "Dataset meta-learning from kernel ridge-regression" (ICLR 2021); Nguyen, Novak, Xiao, Lee,
 *   "Dataset distillation with infinitely wide convolutional networks" (NeurIPS 2021)
 * @example
 * ```ts
 * import { kip, random, stax } from 'neural-tangents';
 *
 * const { kernel } = stax.serial(stax.Dense(64), stax.Relu(), stax.Dense(2));
 * const images = random.normal(random.key(0), [20, 3], { dtype: 'float64' });
 * const labels = Int32Array.from({ length: 20 }, (_, i) => (images.data[3 * i] > 0 ? 1 : 0));
 * const { history } = await kip(kernel, { images, labels, numClasses: 2 }, { supportSize: 2, steps: 10 });
 * console.log(history[9].loss < history[0].loss); // true
 * ```
 */
export async function kip(kernel: object, train: Dataset, options: KipOptions): Promise<KipResult> {
  checkOptions('kip', options, [...ownOptions, ...supportOptions]);
  const { learningRate = 0.04, learnLabels = false, seed = 0, steps, onProgress, signal } = options;
  checkNumbers(options);
  checkDataset('kip', 'train', train);
  const [supportKey, targetKey] = split(key(seed));
  const batches = targetBatches('kip', train, options.targetBatch ?? 5000, targetKey);
  const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, firstStep: 1, ...options.adam };
  const start = startOf(train, options, supportKey);
  const configuration: KipConfiguration = {
    program: programOf(kernel, train.images.shape.slice(1)),
    supportSize: start.labels.rows,
    steps,
    learningRate,
    targetBatch: batches.size,
    learnLabels,
    init: typeof options.init === 'object' ? 'given' : (options.init ?? 'natural'),
    adam,
    seed,
    reg: options.reg ?? 1e-6,
    regScale: options.regScale ?? 'trace',
    jitter: options.jitter ?? true,
    get: options.get ?? 'ntk',
    dtype: options.dtype ?? 'float64',
  };
  const { reg, regScale, jitter, get, dtype } = configuration;
  const lossOptions = { reg, regScale, jitter, get, dtype, threads: options.threads, signal };

  const [n, classes] = [start.labels.rows, start.labels.columns];
  const imageAdam = new Adam(start.images.data.length, adam);
  const labelAdam = new Adam(n * classes, adam);
  const { shape } = start.images;
  let result: KipResult = {
    images: { shape, data: Float64Array.from(start.images.data) },
    labels: start.labels.clone(),
    history: [],
    configuration,
  };
  for (let step = 1; step <= steps; step++) {
    signal?.throwIfAborted();
    const started = performance.now();
    const { images, labels } = result;
    const targets = targetsOf(batches.at(step));
    const { loss, accuracy, gradient, evidence } = await computeKipLoss(
      'kip',
      kernel,
      result,
      targets,
      lossOptions,
    );
    const data = imageAdam.step(images.data, gradient!.images.data, learningRate);
    const newLabels = learnLabels
      ? fromRowMajor(labelAdam.step(rowMajor(labels), rowMajor(gradient!.labels), learningRate), n, classes)
      : labels;
    const record = { step, loss, accuracy, seconds: (performance.now() - started) / 1000, evidence };
    // New arrays at every step, so that a result once reported stays what it was.
    const history = [...result.history, record];
    result = { images: { shape, data }, labels: newLabels, history, configuration };
    onProgress?.({ ...record, steps, result });
  }
  return result;
}

const ownOptions = [
  'supportSize',
  'steps',
  'learningRate',
  'targetBatch',
  'learnLabels',
  'init',
  'adam',
  'seed',
  'onProgress',
] as const;

function checkNumbers(options: KipOptions): void {
  const { steps, learningRate = 0.04, adam = {} } = options;
  if (!(Number.isInteger(steps) && steps >= 0)) {
    throw new RangeError(`kip: steps needs a whole number of at least 0, got ${steps}. Pass e.g. 300.`);
  }
  if (!(Number.isFinite(learningRate) && learningRate > 0)) {
    throw new RangeError(`kip: learningRate needs a positive number, got ${learningRate}. Pass e.g. 0.04.`);
  }
  checkOptions('kip: adam', adam, ['beta1', 'beta2', 'epsilon', 'firstStep']);
  checkRidge('kip', options);
}

function startOf(train: Dataset, options: KipOptions, supportKey: ReturnType<typeof key>): Support {
  const { init = 'natural', supportSize } = options;
  if (init === 'natural' || init === 'noise') {
    return initialSupport('kip', train, supportSize, init, supportKey);
  }
  if (typeof init !== 'object') {
    throw new RangeError(`kip: init needs 'natural', 'noise' or a support set, got ${String(init)}.`);
  }
  checkSupport('kip', init);
  if (init.labels.rows !== supportSize || init.labels.columns !== train.numClasses) {
    throw new ShapeError(
      `kip: init.labels needs supportSize rows and a column a class, [${supportSize}, ${train.numClasses}], ` +
        `got [${init.labels.rows}, ${init.labels.columns}].`,
    );
  }
  return init;
}
