import * as tf from '#tf';
import { rowMajor } from '../base/matrix.js';
import { anything, byDefault, oneOf, readOptions } from '../base/options.js';
import type { Schedule } from '../base/schedule.js';
import { callback } from '../base/work-options.js';
import { type DatasetInput, type Spread, type SupportInput, spreadOf } from '../distill/index.js';
import { readDataset, readSupport } from '../distill/read-support.js';
import { type RandomNetwork, type TrainOptions, train } from '../finite/index.js';
import { parameterLeaves } from '../finite/parameters.js';
import { trainOptions } from '../finite/training/options.js';
import { foldIn, split } from '../random/index.js';
import type { Params } from '../stax/layer/params.js';
import { count } from './options.js';
import { labelsFor } from './start.js';

/** Options of {@link evaluateByNetworks}: how networks are trained. */
export interface NetworkEvaluationOptions
  extends Pick<
    TrainOptions,
    | 'steps'
    | 'optimizer'
    | 'loss'
    | 'l2'
    | 'centred'
    | 'labelScale'
    | 'batchSize'
    | 'augment'
    | 'key'
    | 'signal'
  > {
  /** Networks, each drawn anew; default 5. */
  readonly networks?: number;
  /** A schedule, or what gives one for a network's first parameters, e.g. by `empiricalLearningRate`. */
  readonly learningRate: Schedule | ((params: Params) => Schedule | Promise<Schedule>);
  /**
   * `'given'` (default): the support's labels as they are, which fits `'mse'`; `'classes'`: the class of each image's largest label,
   * as `'xent'` wants it.
   */
  readonly labels?: 'given' | 'classes';
  /** Called after each network. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** {@link NetworkEvaluationOptions} of a support of so many images. */
function evaluationOptions(images: number) {
  const { steps, optimizer, loss, l2, centred, labelScale, batchSize, augment, key, signal } =
    trainOptions<tf.Tensor>(images);
  return {
    ...{ steps, optimizer, loss, l2, centred, labelScale, batchSize, augment, key, signal },
    networks: byDefault(5, count),
    learningRate: anything<NetworkEvaluationOptions['learningRate']>(),
    labels: byDefault('given', oneOf(['given', 'classes'])),
    onProgress: callback<(done: number, total: number) => void>(),
  };
}

/** What networks that learned from a support do on a data set. */
export interface NetworkEvaluation {
  /** Share of samples whose largest output is at their class, network by network. */
  readonly accuracy: Spread;
  readonly loss: Spread;
}

/**
 * Trains networks on a support set, each from parameters of its own, and tests them on a data set: what the papers call transfer.
 *
 * @param network a layer, or `{ init, apply }` of one's own, with outputs `[n, C]`.
 * @param support images `[n, h, w, c]` and labels `[n, C]`: of `kip`, `labelSolve`, a coreset, or what networks synthesised.
 * @param test images `[N, h, w, c]`, classes `[N]`.
 * @throws as `train` does, DivergedError included.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { evaluateByNetworks, random, randomCoreset, stax } from 'neural-tangents';
 * const images = random.normal(random.key(0), [40, 2, 2, 1], { dtype: 'float64' });
 * const data = { images, labels: Int32Array.from({ length: 40 }, (_, i) => Number(images.data[4 * i] > 0)), numClasses: 2 };
 * const net = stax.serial(stax.Flatten(), stax.Dense(64), stax.Relu(), stax.Dense(2));
 * const { accuracy } = await evaluateByNetworks(net, randomCoreset(data, 20, random.key(1)), data, {
 *   networks: 3, steps: 30, learningRate: 0.5,
 * });
 * console.log(accuracy.values.length, accuracy.mean > 0.7); // 3 true
 * ```
 */
export async function evaluateByNetworks(
  network: RandomNetwork,
  support: SupportInput,
  test: DatasetInput,
  options: NetworkEvaluationOptions,
): Promise<NetworkEvaluation> {
  const where = 'evaluateByNetworks';
  const { images, labels } = readSupport(where, 'support', support);
  const held = readDataset(where, 'test', test);
  const {
    networks,
    learningRate,
    labels: rule,
    onProgress,
    key,
    ...training
  } = readOptions(where, options, evaluationOptions(labels.rows));
  const { loss, signal } = training;
  const classes = Array.from({ length: labels.rows }, (_, i) => labels.maxRowIndex(i)[1]);
  const y = rule === 'given' ? rowMajor(labels) : labelsFor(loss, classes, labels.columns);
  const data = { x: images, y: { shape: [labels.rows, labels.columns], data: y } };
  const targets = labelsFor(loss, held.labels, held.numClasses);
  const heldData = { x: held.images, y: { shape: [held.labels.length, held.numClasses], data: targets } };
  const found: { readonly loss: number; readonly accuracy: number }[] = [];
  for (let own = 0; own < networks; own++) {
    signal?.throwIfAborted();
    const [drawKey, trainKey] = split(foldIn(key, own));
    const [, params] = network.init(drawKey, [-1, ...images.shape.slice(1)] as never);
    try {
      const rate = typeof learningRate === 'function' ? await learningRate(params) : learningRate;
      const evaluation = { data: heldData, every: training.steps };
      const trained = await train((...given) => network.apply(...given), params, data, {
        ...training,
        ...{ key: trainKey, learningRate: rate, evaluation },
      });
      tf.dispose(parameterLeaves(trained.params));
      found.push(trained.state.history[training.steps - 1].evaluation!);
    } finally {
      tf.dispose(parameterLeaves(params));
    }
    onProgress?.(own + 1, networks);
  }
  return {
    accuracy: spreadOf(found.map(({ accuracy }) => accuracy)),
    loss: spreadOf(found.map((own) => own.loss)),
  };
}
