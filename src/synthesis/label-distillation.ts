import * as tf from '#tf';
import type { AnyArray } from '../base/any-array.js';
import { ShapeError } from '../base/errors.js';
import { fromRowMajor } from '../base/matrix.js';
import { byDefault, oneOf, readOptions } from '../base/options.js';
import type { DatasetInput } from '../distill/index.js';
import { readDataset, readImages } from '../distill/read-support.js';
import type { RandomNetwork } from '../finite/index.js';
import { foldIn, permutation, split } from '../random/index.js';
import { realBatches } from './batches.js';
import { descend, stateOf } from './descend.js';
import type { LabelGradients } from './label-step.js';
import { labelsByDescent } from './labels-by-descent.js';
import { labelsByRidge } from './labels-by-ridge.js';
import { count, positive, type SynthesisOptions, synthesisOptions } from './options.js';
import type { LivingNetwork, Synthesised, SynthesisStep } from './state.js';
import { arraysOf, downloaded, tensorOfRows } from './tensors.js';

/** Options of {@link labelDistillation}. */
export interface LabelDistillationOptions extends Omit<SynthesisOptions, 'loss'> {
  /**
   * What labels are learned through: `'descent'` (default), a step of a network on the images; `'ridge'`, a last layer that ridge
   * regression fits to them, for which the network's outputs are features `[n, p]`.
   */
  readonly by?: 'descent' | 'ridge';
  /** Images of the support a step; default 50, or all. */
  readonly supportBatch?: number;
  /** Images of the data a step; default 1024, or all. */
  readonly batchSize?: number;
  /** Of the networks; default 0.01. */
  readonly networkRate?: number;
  /** Steps without a better mean loss after which a new network is drawn; default 50. */
  readonly patience?: number;
  /** With `'ridge'`: the ridge, relative to the mean squared norm of the features; default 1e-3. */
  readonly reg?: number;
  /** With `'ridge'`: the share of a step's layer in the running mean of last layers; default 0.01, the paper's. */
  readonly share?: number;
}

const { loss: _, ...shared } = synthesisOptions<Synthesised>({
  learningRate: 1e-3,
  optimizer: { kind: 'adam' },
});

const labelOptions = {
  by: byDefault('descent', oneOf(['descent', 'ridge'])),
  supportBatch: byDefault(50, count),
  batchSize: byDefault(1024, count),
  networkRate: byDefault(0.01, positive),
  patience: byDefault(50, count),
  reg: byDefault(1e-3, positive),
  share: byDefault(0.01, positive),
  ...shared,
};

/**
 * Label distillation (LD): labels for images that stay as they are, learned so that networks trained on them do well on the data.
 *
 * A network goes along: a step looks where one step on the labelled images would bring it, moves the labels down the gradient of the
 * loss on a batch of the data there, and lets the network take its step. Labels start at 1/C, stay in [0, 1] and sum to 1.
 *
 * @param network a layer, or `{ init, apply }` of one's own; with `by: 'ridge'` one whose outputs are features.
 * @param images `[n, h, w, c]`, e.g. of a coreset. @param data images `[N, h, w, c]` and classes `[N]`.
 * @throws RangeError, ShapeError, UnsupportedError, NonFiniteError for data or options that make no sense.
 * @throws DivergedError when a number is NaN or infinite; its `result` is the last good one. @throws the signal's reason.
 * @source O. Bohdal, Y. Yang, T. Hospedales, Flexible dataset distillation: learn labels instead of images, 2020,
 *   https://arxiv.org/abs/2006.08572, algorithms 1 and 2.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { labelDistillation, random, stax } from 'neural-tangents';
 * const images = random.normal(random.key(0), [40, 2, 2, 1], { dtype: 'float64' });
 * const data = { images, labels: Int32Array.from({ length: 40 }, (_, i) => Number(images.data[4 * i] > 0)), numClasses: 2 };
 * const few = { shape: [4, 2, 2, 1], data: images.data.slice(0, 16) };
 * const net = stax.serial(stax.Flatten(), stax.Dense(8), stax.Relu(), stax.Dense(2));
 * const { labels } = await labelDistillation(net, few, data, { steps: 30, learningRate: 0.05 });
 * console.log(labels.sum('row').map((sum) => sum.toFixed(3))); // [ '1.000', '1.000', '1.000', '1.000' ]
 * ```
 */
export async function labelDistillation(
  network: RandomNetwork,
  images: AnyArray,
  data: DatasetInput,
  options: LabelDistillationOptions,
): Promise<Synthesised> {
  const where = 'labelDistillation';
  const given = readImages(where, 'images', images);
  const read = readDataset(where, 'data', data);
  const asked = { ...readOptions(where, options, labelOptions), loss: 'xent' as const };
  const { numClasses } = read;
  const [size, ...shape] = given.shape;
  if (String(shape) !== String(read.images.shape.slice(1))) {
    throw new ShapeError(
      `${where}: images must be shaped as the data's, [${read.images.shape.slice(1)}], got [${shape}].`,
    );
  }
  const pixels = Float64Array.from(given.data);
  const [drawKey, batchKey, supportKey] = split(asked.key, 3);
  const real = realBatches(where, read, 'xent', asked.batchSize, batchKey);
  const stepOf = asked.by === 'ridge' ? labelsByRidge : labelsByDescent;
  const start = stateOf({ labels: new Float64Array(size * numClasses).fill(1 / numClasses) });
  try {
    return await descend<Synthesised>(where, asked.resume ?? start, asked, {
      async at({ learned, network: before, history }, step) {
        const living = isStalled(history, before, asked.patience) ? null : before;
        const drawn = living?.drawn ?? step;
        const rows = [...permutation(foldIn(supportKey, step), size).slice(0, asked.supportBatch)];
        const { leaves, ...found } = tf.tidy(() =>
          stepOf(
            { where, network, shape, numClasses, key: foldIn(drawKey, drawn), params: living?.params },
            {
              x: tensorOfRows(pixels, shape, rows),
              y: tensorOfRows(learned.labels, [numClasses], rows),
              real: real.at(step),
            },
            asked,
          ),
        ) as LabelGradients;
        const [{ loss, labels }, params] = await Promise.all([downloaded(found), arraysOf(leaves)]);
        const gradient = new Float64Array(size * numClasses);
        rows.forEach((row, i) => {
          gradient.set(labels.subarray(i * numClasses, (i + 1) * numClasses), row * numClasses);
        });
        return { loss: loss[0], gradients: { labels: gradient }, network: { params, drawn } };
      },
      project: ({ labels }) => ({ labels: ontoShares(labels, numClasses) }),
      resultOf: (state) => ({
        images: { shape: [size, ...shape], data: pixels },
        labels: fromRowMajor(state.learned.labels, size, numClasses),
        state,
      }),
    });
  } finally {
    real.dispose();
  }
}

/** Whether the mean loss of the last `patience` steps of a network is no better than that of as many before. */
function isStalled(
  history: readonly SynthesisStep[],
  living: LivingNetwork | null,
  patience: number,
): boolean {
  if (living === null || history.length + 1 - living.drawn < 2 * patience) return false;
  const mean = (steps: readonly SynthesisStep[]) => steps.reduce((sum, { loss }) => sum + loss, 0) / patience;
  return mean(history.slice(-patience)) >= mean(history.slice(-2 * patience, -patience));
}

/** Rows with entries in [0, 1] that sum to 1; one without a positive entry becomes uniform. */
function ontoShares(labels: Float64Array, numClasses: number): Float64Array {
  const clipped = labels.map((entry) => Math.min(1, Math.max(0, entry)));
  return clipped.map((entry, at) => {
    const from = at - (at % numClasses);
    const sum = clipped.subarray(from, from + numClasses).reduce((a, b) => a + b, 0);
    return sum > 0 ? entry / sum : 1 / numClasses;
  });
}
