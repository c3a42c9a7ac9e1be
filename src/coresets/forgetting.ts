import * as tf from '#tf';
import { sizeOf } from '../base/nd-array.js';
import { optional, readOptions } from '../base/options.js';
import { type Dataset, oneHotCentred } from '../data/index.js';
import type { DatasetInput } from '../distill/index.js';
import { blocksOf } from '../finite/blocks.js';
import {
  restoreParams,
  type TrainableFunction,
  type TrainOptions,
  type TrainState,
  train,
} from '../finite/index.js';
import { parameterLeaves } from '../finite/parameters.js';
import { trainOptions } from '../finite/training/options.js';
import type { Params } from '../stax/layer/params.js';
import { type Coreset, coresetOf, samplesByClass } from './coreset.js';

/** Options of `forgettingCoreset`: how the network is trained, `steps` of it in all. */
export interface ForgettingOptions
  extends Pick<
    TrainOptions,
    'steps' | 'learningRate' | 'optimizer' | 'loss' | 'l2' | 'batchSize' | 'key' | 'signal' | 'onProgress'
  > {
  /** Steps between two looks at all samples; default a 20th of all. */
  readonly every?: number;
}

/** {@link ForgettingOptions} of a run over so many samples. */
function forgettingOptions(count: number) {
  const all = trainOptions(count);
  const { steps, learningRate, optimizer, loss, l2, batchSize, key, signal, onProgress } = all;
  return {
    ...{ steps, learningRate, optimizer, loss, l2, batchSize, key, signal, onProgress },
    every: optional(steps),
  };
}

/** Samples run at once. */
const BLOCK = 256;

/**
 * Forgetting: in each class the images that a network, while it trains on all of them, forgets most often: was right about
 * at one look and wrong at the next. Images that it never gets right come first.
 *
 * @param f any function of parameters and inputs with outputs `[n, C]`. @param params where training starts.
 * @param size images in all, a multiple of the classes.
 * @returns the coreset, and how often each image of the data set was forgotten (Infinity: never right).
 * @throws as `train` does, and RangeError, ShapeError for sizes that make no sense.
 * @source M. Toneva et al., An empirical study of example forgetting, 2019, https://arxiv.org/abs/1812.05159.
 * @remarks A look runs the network on the whole data set. Ties go to the earlier image.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { forgettingCoreset, random, stax } from 'neural-tangents';
 * const images = random.normal(random.key(0), [20, 2, 2, 1]);
 * const data = { images, labels: Int32Array.from({ length: 20 }, (_, i) => i % 2), numClasses: 2 };
 * const { init, apply } = stax.serial(stax.Flatten(), stax.Dense(16), stax.Relu(), stax.Dense(2));
 * const [, params] = init(random.key(1), [-1, 2, 2, 1]);
 * const { coreset } = await forgettingCoreset(apply, params, data, 4, { steps: 20, learningRate: 0.5, every: 2 });
 * console.log(coreset.indices!.length); // 4
 * ```
 */
export async function forgettingCoreset(
  f: TrainableFunction,
  params: Params,
  data: DatasetInput,
  size: number,
  options: ForgettingOptions,
): Promise<{ readonly coreset: Coreset; readonly forgotten: Float64Array }> {
  const where = 'forgettingCoreset';
  const { data: read, perClass, classes } = await samplesByClass(where, data, size, {});
  const { images, labels, numClasses } = read;
  const asked = readOptions(where, options, forgettingOptions(labels.length));
  const { every = Math.ceil(asked.steps / 20), ...training } = asked;
  const pairs = { x: images, y: oneHotCentred(labels, numClasses) };
  const forgotten = new Float64Array(labels.length);
  const ever = new Uint8Array(labels.length);
  let before: Uint8Array | null = null;
  const look = async (state: TrainState) => {
    const own = restoreParams(params, state);
    const right = await rightOnes(f, own, read);
    tf.dispose(parameterLeaves(own));
    right.forEach((is, i) => {
      if (is) ever[i] = 1;
      else if (before?.[i]) forgotten[i] += 1;
    });
    before = right;
  };
  const trained = await train(f, params, pairs, { ...training, checkpoints: { every, save: look } });
  tf.dispose(parameterLeaves(trained.params));
  ever.forEach((was, i) => {
    if (!was) forgotten[i] = Number.POSITIVE_INFINITY;
  });
  const chosen = classes.flatMap(({ members }) =>
    [...members]
      .sort((a, b) => (forgotten[b] === forgotten[a] ? a - b : forgotten[b] - forgotten[a]))
      .slice(0, perClass),
  );
  return { coreset: coresetOf(read, chosen), forgotten };
}

/** 1 for each sample whose largest output is at its class, else 0. */
async function rightOnes(
  f: TrainableFunction,
  params: Params,
  { images, labels }: Dataset,
): Promise<Uint8Array> {
  const right = new Uint8Array(labels.length);
  const size = sizeOf(images.shape.slice(1));
  for (const { from, to } of blocksOf(labels.length, BLOCK)) {
    const classes = tf.tidy(() => {
      const entries = Float32Array.from(images.data.subarray(from * size, to * size));
      return tf.argMax(f(params, tf.tensor(entries, [to - from, ...images.shape.slice(1)])), -1);
    });
    const found = await classes.data();
    classes.dispose();
    for (let i = from; i < to; i++) right[i] = Number(found[i - from] === labels[i]);
  }
  return right;
}
