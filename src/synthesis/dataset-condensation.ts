import * as tf from '#tf';
import { fromRowMajor } from '../base/matrix.js';
import { anything, byDefault, optional, readOptions } from '../base/options.js';
import { type Dataset, subset } from '../data/index.js';
import type { DatasetInput } from '../distill/index.js';
import { readDataset } from '../distill/read-support.js';
import { valueAndGradients, vjp } from '../finite/gradients.js';
import type { RandomNetwork } from '../finite/index.js';
import { type Loss, lossOf } from '../finite/training/loss.js';
import { foldIn, type Key, permutation, split } from '../random/index.js';
import { descend, stateOf } from './descend.js';
import { gradientDistance } from './gradient-distance.js';
import { drawLearner, type Learner } from './learner.js';
import { count, positive, type SynthesisOptions, synthesisOptions } from './options.js';
import { labelsFor, type SynthesisInit, startOf } from './start.js';
import type { Learned, Synthesised } from './state.js';
import { arraysOf, downloaded, tensorOfRows } from './tensors.js';
import { stepped } from './unroll.js';

/** Options of {@link datasetCondensation}. */
export interface DatasetCondensationOptions extends SynthesisOptions {
  /** Images in all, a multiple of the classes, which take turns. */
  readonly size: number;
  /** Steps that a network lives, before the next is drawn; default 1. The paper's: as many as images of a class. */
  readonly networkLife?: number;
  /** Steps of gradient descent on the images that a network takes between two matches; default 1. */
  readonly networkSteps?: number;
  /** Of the networks; default 0.01. */
  readonly networkRate?: number;
  /** Images of the data a class and step; default 256, or all. */
  readonly batchSize?: number;
  /** Where images start; default `'noise'`. */
  readonly init?: SynthesisInit;
  /**
   * Changes images of the data and learned ones alike, with one key, e.g. `siameseAugmentation(…)` (differentiable siamese
   * augmentation, DSA); default: none.
   */
  readonly augment?: (x: tf.Tensor, key: Key) => tf.Tensor;
}

const condensationOptions = {
  size: count,
  networkLife: byDefault(1, count),
  networkSteps: byDefault(1, count),
  networkRate: byDefault(0.01, positive),
  batchSize: byDefault(256, count),
  init: byDefault('noise', anything<SynthesisInit>()),
  augment: optional(anything<(x: tf.Tensor, key: Key) => tf.Tensor>()),
  ...synthesisOptions<Synthesised>({ learningRate: 0.1, optimizer: { kind: 'sgd', momentum: 0.5 } }),
};

/**
 * Dataset condensation (DC): a few images whose gradients in a network's parameters point where the data's do, class by class. With
 * `augment: siameseAugmentation(…)` differentiable siamese augmentation (DSA).
 *
 * A step makes Σ over classes of the distance (1 − cos, output by output) between both gradients smaller, then trains the network
 * on the images; after `networkLife` steps a new network is drawn.
 *
 * @param network a layer, or `{ init, apply }` of one's own.
 * @param data images `[n, h, w, c]` and classes `[n]`.
 * @returns images and their labels, which stay as they are.
 * @throws RangeError, ShapeError, UnsupportedError, NonFiniteError for data or options that make no sense.
 * @throws DivergedError when a number is NaN or infinite; its `result` is the last good one. @throws the signal's reason.
 * @remarks The rate of a step is that of one class: each class has images of its own.
 * @source B. Zhao, K. R. Mopuri, H. Bilen, Dataset condensation with gradient matching, 2021, https://arxiv.org/abs/2006.05929;
 *   B. Zhao, H. Bilen, Dataset condensation with differentiable siamese augmentation, 2021, https://arxiv.org/abs/2102.08259.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { datasetCondensation, random, stax } from 'neural-tangents';
 * const images = random.normal(random.key(0), [40, 2, 2, 1], { dtype: 'float64' });
 * const data = { images, labels: Int32Array.from({ length: 40 }, (_, i) => Number(images.data[4 * i] > 0)), numClasses: 2 };
 * const net = stax.serial(stax.Flatten(), stax.Dense(8), stax.Relu(), stax.Dense(2));
 * const { state } = await datasetCondensation(net, data, { size: 4, steps: 20, learningRate: 1 });
 * console.log(state.history[19].loss < state.history[0].loss); // true
 * ```
 */
export async function datasetCondensation(
  network: RandomNetwork,
  data: DatasetInput,
  options: DatasetCondensationOptions,
): Promise<Synthesised> {
  const where = 'datasetCondensation';
  const read = readDataset(where, 'data', data);
  const asked = readOptions(where, options, condensationOptions);
  const { numClasses } = read;
  const { size, networkLife, networkSteps, networkRate, loss } = asked;
  if (size % numClasses !== 0) {
    throw new RangeError(`${where}: size must be a multiple of the ${numClasses} classes, got ${size}.`);
  }
  const [startKey, drawKey, batchKey, augmentKey] = split(asked.key, 4);
  const start = startOf(where, read, size, asked.init, loss, startKey);
  const labels = fromRowMajor(start.labels, size, numClasses);
  const shape = read.images.shape.slice(1);
  const rowsOfClass = Array.from({ length: numClasses }, (_, own) =>
    Array.from({ length: size }, (_, i) => i).filter((i) => labels.maxRowIndex(i)[1] === own),
  );
  const real = classBatches(read, loss, asked.batchSize, batchKey);
  const changed = (x: tf.Tensor, key: Key) => asked.augment?.(x, key) ?? x;

  /** The distance of one class, and its gradient in the images of that class. */
  const match = ({ run, leaves }: Learner, { images }: Learned, own: number, step: number) => {
    const key = foldIn(foldIn(augmentKey, step), own);
    const { x, y } = real(own, step);
    const ofData = () => lossOf(loss, run(leaves, changed(x, key)), y);
    const wanted = valueAndGradients(ofData, leaves).gradients;
    const rows = rowsOfClass[own];
    const [given, labelled] = [
      tensorOfRows(images, shape, rows),
      tensorOfRows(start.labels, [numClasses], rows),
    ];
    const ofImages = () => lossOf(loss, run(leaves, changed(given, key)), labelled);
    return valueAndGradients(() => gradientDistance(wanted, vjp(ofImages, leaves, tf.scalar(1))), [given]);
  };

  /** The network's parameters after its steps on the images. */
  const trained = ({ run, leaves }: Learner, { images }: Learned, step: number) => {
    const [x, y] = [tensorOfRows(images, shape), tensorOfRows(start.labels, [numClasses])];
    let next = leaves;
    for (let t = 0; t < networkSteps; t++) {
      const own = changed(x, foldIn(foldIn(augmentKey, step), numClasses + t));
      next = stepped(run, next, { x: own, y, rate: tf.scalar(networkRate) }, loss);
    }
    return next.map((leaf) => tf.clone(leaf));
  };

  return descend(where, asked.resume ?? stateOf({ images: start.images }), asked, {
    async at({ learned, network: living }, step) {
      const drawn = living?.drawn ?? step;
      const lives = step + 1 < drawn + networkLife;
      const { leaves, ...found } = tf.tidy(() => {
        const key = foldIn(drawKey, drawn);
        const learner = drawLearner({ where, network, shape, numClasses, key, params: living?.params });
        const matches = rowsOfClass.map((_, own) => match(learner, learned, own, step));
        return {
          loss: tf.addN(matches.map(({ value }) => value)),
          ...Object.fromEntries(matches.map(({ gradients }, own) => [String(own), gradients[0]])),
          leaves: lives ? trained(learner, learned, step) : [],
        };
      }) as { readonly [name: string]: tf.Tensor } & {
        readonly loss: tf.Tensor;
        readonly leaves: tf.Tensor[];
      };
      const [{ loss: total, ...byClass }, params] = await Promise.all([downloaded(found), arraysOf(leaves)]);
      return {
        loss: total[0],
        gradients: { images: scattered(byClass, rowsOfClass, learned.images.length / size) },
        network: lives ? { params, drawn } : null,
      };
    },
    resultOf: (state) => ({ images: { shape: [size, ...shape], data: state.learned.images }, labels, state }),
  });
}

/** Batches of one class's images, drawn without replacement, or all of them. */
function classBatches(data: Dataset, loss: Loss, size: number, key: Key) {
  const { labels, numClasses } = data;
  const members = Array.from({ length: numClasses }, (_, own) =>
    Array.from(labels.keys()).filter((i) => labels[i] === own),
  );
  return (own: number, step: number): { readonly x: tf.Tensor; readonly y: tf.Tensor } => {
    const all = members[own];
    const order = permutation(foldIn(foldIn(key, step), own), all.length);
    const drawn = subset(
      data,
      Array.from(order.slice(0, size), (i) => all[i]),
    );
    return {
      x: tensorOfRows(Float64Array.from(drawn.images.data), data.images.shape.slice(1)),
      y: tensorOfRows(labelsFor(loss, drawn.labels, numClasses), [numClasses]),
    };
  };
}

/** Rows of each class at their places among all. */
function scattered(
  byClass: Readonly<Record<string, Float64Array>>,
  rowsOfClass: readonly (readonly number[])[],
  width: number,
): Float64Array {
  const all = new Float64Array(width * rowsOfClass.flat().length);
  rowsOfClass.forEach((rows, own) => {
    rows.forEach((row, i) => {
      all.set(byClass[own].subarray(i * width, (i + 1) * width), row * width);
    });
  });
  return all;
}
