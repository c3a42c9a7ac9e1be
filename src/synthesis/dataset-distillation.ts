import * as tf from '#tf';
import { fromRowMajor } from '../base/matrix.js';
import { anything, byDefault, oneOf, readOptions } from '../base/options.js';
import type { DatasetInput } from '../distill/index.js';
import { readDataset } from '../distill/read-support.js';
import type { RandomNetwork } from '../finite/index.js';
import { lossOf } from '../finite/training/loss.js';
import { foldIn, split } from '../random/index.js';
import { realBatches } from './batches.js';
import { descend, type StepGradients, stateOf } from './descend.js';
import { drawLearner } from './learner.js';
import { count, positive, type SynthesisOptions, synthesisOptions } from './options.js';
import { type SynthesisInit, startOf } from './start.js';
import type { Learned, Synthesised, SynthesisState } from './state.js';
import { downloaded, rowsFrom, tensorOfRows } from './tensors.js';
import { type DescentStep, unrolled } from './unroll.js';

/** Options of {@link datasetDistillation}. */
export interface DatasetDistillationOptions extends SynthesisOptions<DistilledSteps> {
  /** Images in all, a multiple of `descentSteps`. Classes take turns. */
  readonly size: number;
  /** Steps of gradient descent that a network takes in an epoch, each on images of its own; default 1. */
  readonly descentSteps?: number;
  /** Times that it goes through all images, each with step sizes of its own; default 1. */
  readonly epochs?: number;
  /** `'learned'`: labels are learned beside images (soft-label distillation, SLDD); default `'fixed'`. */
  readonly labels?: 'fixed' | 'learned';
  /** `'random'` (default): networks drawn anew for each step; `'fixed'`: the same parameters at every step. */
  readonly initialisation?: 'random' | 'fixed';
  /** Networks a step, whose losses are averaged; default 1. */
  readonly networks?: number;
  /** Images of the data a step; default 1024, or all. */
  readonly batchSize?: number;
  /** Where images start; default `'noise'`. */
  readonly init?: SynthesisInit;
  /** What step sizes start from; default 0.02. */
  readonly stepSize?: number;
}

/** Images and step sizes that take a network through a few steps of gradient descent. */
export interface DistilledSteps extends Synthesised {
  /** Steps of an epoch: so many parts of equally many images. */
  readonly descentSteps: number;
  /** Of each step, epoch after epoch. */
  readonly stepSizes: Float64Array;
}

const distillationOptions = {
  size: count,
  descentSteps: byDefault(1, count),
  epochs: byDefault(1, count),
  labels: byDefault('fixed', oneOf(['fixed', 'learned'])),
  initialisation: byDefault('random', oneOf(['random', 'fixed'])),
  networks: byDefault(1, count),
  batchSize: byDefault(1024, count),
  init: byDefault('noise', anything<SynthesisInit>()),
  stepSize: byDefault(0.02, positive),
  ...synthesisOptions<DistilledSteps>({ learningRate: 0.01, optimizer: { kind: 'adam', beta1: 0.5 } }),
};

/**
 * Dataset distillation (DD): a few images and step sizes, learned so that networks which take a few steps of gradient descent on
 * them do well on the data. With `labels: 'learned'` soft-label distillation (SLDD).
 *
 * Each step draws parameters, takes them through the steps θ ← θ − η·∇ℓ(θ; x̃, ỹ), and goes back through these from the loss on a
 * batch of the data to images x̃, step sizes η and labels ỹ.
 *
 * @param network a layer, or `{ init, apply }` of one's own; `init` may give parameters that were trained before.
 * @param data images `[n, h, w, c]` and classes `[n]`.
 * @returns images, one step's after the other's, labels and step sizes; `descendOn` takes a network through them.
 * @throws RangeError, ShapeError, UnsupportedError, NonFiniteError for data or options that make no sense.
 * @throws DivergedError when a number is NaN or infinite; its `result` is the last good one. @throws the signal's reason.
 * @remarks A step takes a pass of the batch, forward and backward, and for each step of descent some six passes of its images.
 * @source T. Wang et al., Dataset distillation, 2018, https://arxiv.org/abs/1811.10959; I. Sucholutsky, M. Schonlau, Soft-label
 *   dataset distillation, 2019, https://arxiv.org/abs/1910.02551.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { datasetDistillation, random, stax } from 'neural-tangents';
 * const images = random.normal(random.key(0), [40, 2, 2, 1], { dtype: 'float64' });
 * const data = { images, labels: Int32Array.from({ length: 40 }, (_, i) => Number(images.data[4 * i] > 0)), numClasses: 2 };
 * const net = stax.serial(stax.Flatten(), stax.Dense(8), stax.Relu(), stax.Dense(2));
 * const { stepSizes, state } = await datasetDistillation(net, data, { size: 4, steps: 20, learningRate: 0.1 });
 * console.log(stepSizes.length, state.history[19].loss < state.history[0].loss); // 1 true
 * ```
 */
export async function datasetDistillation(
  network: RandomNetwork,
  data: DatasetInput,
  options: DatasetDistillationOptions,
): Promise<DistilledSteps> {
  const where = 'datasetDistillation';
  const read = readDataset(where, 'data', data);
  const asked = readOptions(where, options, distillationOptions);
  const { size, descentSteps, epochs, networks, initialisation, loss, key } = asked;
  if (size % descentSteps !== 0) {
    throw new RangeError(
      `${where}: size must be a multiple of the ${descentSteps} descentSteps, got ${size}.`,
    );
  }
  const [startKey, drawKey, batchKey] = split(key, 3);
  const { numClasses } = read;
  const shape = read.images.shape.slice(1);
  const start = startOf(where, read, size, asked.init, loss, startKey);
  const learned: Learned = {
    images: start.images,
    stepSizes: new Float64Array(descentSteps * epochs).fill(Math.log(Math.expm1(asked.stepSize))),
    ...(asked.labels === 'learned' && { labels: start.labels }),
  };
  const plan: Plan = { shape, numClasses, size, descentSteps, labels: start.labels };
  const batches = realBatches(where, read, loss, asked.batchSize, batchKey);
  const drawn = (step: number, draw: number) =>
    foldIn(drawKey, initialisation === 'fixed' ? draw : step * networks + draw);
  try {
    return await descend(where, asked.resume ?? stateOf(learned), asked, {
      async at(state, step) {
        const sums = Array.from({ length: networks }, (_, draw) =>
          tf.tidy(() => {
            const { x, y } = batches.at(step);
            const { run, leaves } = drawLearner({
              ...{ where, network, shape, numClasses },
              key: drawn(step, draw),
            });
            const steps = stepsOf(state.learned, plan);
            const end = (last: readonly tf.Tensor[]) => lossOf(loss, run(last, x), y);
            return joined(unrolled(run, leaves, steps, loss, end), plan, state.learned);
          }),
        );
        return meanOf(await Promise.all(sums.map(downloaded)), state.learned);
      },
      resultOf: (state) => resultOf(state, plan),
    });
  } finally {
    batches.dispose();
  }
}

/** What of a run stays as it is. */
interface Plan {
  /** Of an image. */
  readonly shape: readonly number[];
  readonly numClasses: number;
  readonly size: number;
  readonly descentSteps: number;
  /** Where they are not learned. */
  readonly labels: Float64Array;
}

const softplus = (raw: number): number => Math.log1p(Math.exp(-Math.abs(raw))) + Math.max(raw, 0);
const sigmoid = (raw: number): number => 1 / (1 + Math.exp(-raw));

/** The steps of descent: the images' parts in turn, epoch after epoch. */
function stepsOf({ images, stepSizes, labels }: Learned, plan: Plan): DescentStep[] {
  const { shape, numClasses, size, descentSteps } = plan;
  const each = size / descentSteps;
  return Array.from(stepSizes, (raw, t) => {
    const from = (t % descentSteps) * each;
    return {
      x: tensorOfRows(images, shape, rowsFrom(from, each)),
      y: tensorOfRows(labels ?? plan.labels, [numClasses], rowsFrom(from, each)),
      rate: tf.scalar(softplus(raw)),
    };
  });
}

/** The loss, and gradients in what is learned, each in one tensor: those of a part are sums over epochs. */
function joined(
  { value, gradients }: ReturnType<typeof unrolled>,
  { descentSteps }: Plan,
  { labels }: Learned,
): Record<string, tf.Tensor> {
  const overEpochs = (name: 'x' | 'y') =>
    tf.concat(
      Array.from({ length: descentSteps }, (_, part) =>
        tf.addN(gradients.filter((_, t) => t % descentSteps === part).map((own) => own[name])),
      ),
    );
  return {
    loss: value,
    images: overEpochs('x'),
    stepSizes: tf.stack(gradients.map(({ rate }) => rate)),
    ...(labels && { labels: overEpochs('y') }),
  };
}

/** The mean over networks, step sizes before their softplus. */
function meanOf(found: readonly Record<string, Float64Array>[], { stepSizes }: Learned): StepGradients {
  const mean = (name: string) =>
    found[0][name].map((_, i) => found.reduce((sum, own) => sum + own[name][i], 0) / found.length);
  const { loss, ...gradients } = Object.fromEntries(Object.keys(found[0]).map((name) => [name, mean(name)]));
  return {
    loss: loss[0],
    gradients: {
      ...gradients,
      stepSizes: gradients.stepSizes.map((gradient, t) => gradient * sigmoid(stepSizes[t])),
    },
    network: null,
  };
}

function resultOf(
  state: SynthesisState,
  { shape, numClasses, size, descentSteps, labels }: Plan,
): DistilledSteps {
  const { learned } = state;
  return {
    images: { shape: [size, ...shape], data: learned.images },
    labels: fromRowMajor(learned.labels ?? labels, size, numClasses),
    descentSteps,
    stepSizes: learned.stepSizes.map(softplus),
    state,
  };
}
