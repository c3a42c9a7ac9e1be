import { DivergedError, NonFiniteError, UnsupportedError } from '../base/errors.js';
import { firstNonFinite } from '../base/first-non-finite.js';
import { scheduleAt } from '../base/schedule.js';
import { foldIn, key, split } from '../random/index.js';
import type { NetworkKernel } from '../tracing/trace.js';
import { augmentTargets } from './augment-targets.js';
import { familyOf, type Kernels } from './kernel-family.js';
import type { KipConfiguration } from './kip-configuration.js';
import { betterOf, evaluateFamily, outOfPatience } from './kip-evaluation.js';
import { configurationOf, type KipOptions, type KipResumeOptions, readKipOptions } from './kip-options.js';
import { fresh, resumed, startOf } from './kip-start.js';
import type { KipResult, KipStep } from './kip-state.js';
import { kipStep, type StepOutcome } from './kip-step.js';
import { readDataset } from './read-support.js';
import { solvedLabels } from './solved-labels.js';
import { type TargetBatches, targetBatches } from './target-batches.js';
import type { DatasetInput, ReadSupportOptions } from './types.js';

/**
 * Kernel Inducing Points: distils a data set to a few images (and, if wanted, labels) from which kernel ridge regression
 * predicts the data set best.
 *
 * Each step draws class-balanced targets and takes an Adam step along the gradient of `kipLoss`. Learned labels share
 * optimiser and learning rate with the images; solved labels are the best ones for the step's targets.
 *
 * @param kernel the `kernel` of a network that ends in one position, or several by name: then each step draws one of them
 * @param train images `[N, h, w, c]`, usually standardised, and classes `[N]`
 * @returns images `[n, h, w, c]`, labels `[n, C]` (one-hot minus 1/C where they are fixed), history, best support, and all that
 *   a later call needs to go on: `kip(kernel, train, { resume: result, steps: 600 })`
 * @throws the signal's reason when it aborts. Nothing computed is lost: every `onProgress` call carries the result so far.
 * @throws ShapeError when shapes do not fit each other or the network.
 * @throws NonFiniteError when an entry of the data is NaN or infinite.
 * @throws DivergedError when the run leaves the range of numbers; its `result` is the last state that had not.
 * @throws NotPositiveDefiniteError when the support's Gram matrix with its ridge, and the allowed jitter, is not positive
 *   definite.
 * @throws RangeError when an option is out of range; UnsupportedError when there is no such option.
 * @remarks The same seed gives the same bits for any number of threads, and a run that was stopped and resumed has the bits of
 *   one that was not. A step costs about the kernel's gradient between support and targets; targets need none.
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
export async function kip(
  kernel: NetworkKernel | Kernels,
  train: DatasetInput,
  options: KipOptions | KipResumeOptions,
): Promise<KipResult> {
  const request = readKipOptions(options);
  const { threads, signal, onProgress, evaluation } = request;
  const family = familyOf(kernel);
  const data = readDataset('kip', 'train', train);
  const held = evaluation && readDataset('kip', 'evaluation.data', evaluation.data);
  const asked = configurationOf(family.programs(data.images.shape.slice(1)), request);
  const [startKey, targetKey] = split(key(asked.seed));
  const augmentKey = foldIn(targetKey, 0);
  const batches = targetBatches('kip', data, targetKey);
  const configuration = capped(asked, batches);
  if (configuration.labels === 'solved' && family.members.length > 1) {
    throw new UnsupportedError(
      "kip: labels 'solved' are the best ones of one kernel, got a family. Use 'learned', or one kernel.",
    );
  }
  const { steps, labels: rule, labelReg, reg, regScale, jitter, get, dtype } = configuration;
  const regression: ReadSupportOptions = { reg, regScale, jitter, get, dtype, threads, signal };

  let state = request.resume
    ? resumed(request.resume, configuration, data)
    : fresh(startOf(data, request, startKey), configuration, request.preprocessing);
  // The last state whose loss is known to be a number.
  let sound = state;
  while (state.step < steps && !outOfPatience(state.history, evaluation?.patience)) {
    signal?.throwIfAborted();
    const started = performance.now();
    const step = state.step + 1;
    const learningRate = scheduleAt(configuration.learningRate, step, steps);
    const targets = await augmentTargets(batches.at(step, targetsAt(configuration, step)), {
      augmentation: configuration.augmentation,
      preprocessing: state.preprocessing,
      key: foldIn(augmentKey, step),
    });
    const { name, kernel: drawn } = family.draw(foldIn(startKey, step));
    const { loss, accuracy, evidence, ...next } = await finite(state, sound, () =>
      kipStep(drawn, state, targets, learningRate, regression),
    );
    sound = state;
    const seconds = (performance.now() - started) / 1000;

    const tests = held && (step % evaluation!.every === 0 || step === steps);
    const support = { images: next.images, labels: next.labels };
    if (rule === 'solved' && (tests || step === steps)) {
      const labelled = batches.at(0, Math.min(configuration.labelTargets, data.labels.length));
      const solving = { ...regression, labelReg };
      support.labels = (await solvedLabels('kip', drawn, support.images, labelled, solving)).labels;
    }
    const tested = tests ? await evaluateFamily(family, support, held, regression) : null;
    const record: KipStep = {
      ...{ step, loss, accuracy, learningRate, targets: targets.labels.length },
      ...{ kernel: name, seconds, evidence, evaluation: tested },
    };
    // New arrays at every step, so that a result once reported stays what it was.
    state = {
      ...support,
      step,
      history: [...state.history, record],
      best: tested ? betterOf(state.best, { ...support, step, evaluation: tested }) : state.best,
      moments: next.moments,
      configuration,
      preprocessing: state.preprocessing,
    };
    await onProgress?.({ ...record, steps, result: state });
  }
  return state;
}

/** Targets that are asked for at a step. */
function targetsAt({ targetBatch, steps }: KipConfiguration, step: number): number {
  return typeof targetBatch === 'number' ? targetBatch : Math.round(scheduleAt(targetBatch, step, steps));
}

/** The configuration with the number of targets that the data allows. */
function capped(configuration: KipConfiguration, batches: TargetBatches): KipConfiguration {
  const { targetBatch } = configuration;
  return typeof targetBatch === 'number'
    ? { ...configuration, targetBatch: batches.sizeOf(targetBatch) }
    : configuration;
}

/** A step's outcome where all its numbers are finite. @throws DivergedError with `sound` where the step fails on `state`. */
async function finite(
  state: KipResult,
  sound: KipResult,
  run: () => Promise<StepOutcome>,
): Promise<StepOutcome> {
  const diverged = (what: string, result: KipResult, cause?: unknown) =>
    new DivergedError(
      `kip: ${what} at step ${state.step + 1}. Lower the learning rate and go on from the error's result, ` +
        `the state after step ${result.step}.`,
      result,
      { cause },
    );
  let outcome: StepOutcome;
  try {
    outcome = await run();
  } catch (error) {
    if (!(error instanceof NonFiniteError) || state.step === 0) throw error;
    throw diverged('the kernel left the range of numbers', sound, error);
  }
  if (!Number.isFinite(outcome.loss)) throw diverged(`the loss became ${outcome.loss}`, sound);
  const bad = firstNonFinite(outcome.images.data);
  if (bad >= 0) throw diverged(`an entry of the images became ${outcome.images.data[bad]}`, state);
  return outcome;
}
