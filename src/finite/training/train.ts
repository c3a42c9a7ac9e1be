import * as tf from '#tf';
import { DivergedError, ShapeError } from '../../base/errors.js';
import { scheduleAt } from '../../base/schedule.js';
import { foldIn, type Key, split } from '../../random/index.js';
import type { Params } from '../../stax/layer/params.js';
import type { Tree } from '../../tracing/tree.js';
import { valueAndGradients } from '../gradients.js';
import { trainableLeaves, withLeaves } from '../parameters.js';
import { BatchOrder, disposeData, gatherSamples, readData, type Tensors, type TrainData } from './batches.js';
import { type Centred, centredOutputs, evaluateNetwork, isBetter, isOutOfPatience } from './evaluate.js';
import { lossOf } from './loss.js';
import { arrayOf, type OptimizerTensor, stepperOf, tensorOf } from './optimizer.js';
import {
  type ReadTrainOptions,
  readTrainOptions,
  type TrainableFunction,
  type TrainOptions,
} from './options.js';
import type { TrainBest, TrainState, TrainStep } from './state.js';

/** A trained network. */
export interface TrainResult {
  /** The parameters after the last step, formed as those given; the caller's to dispose of. */
  readonly params: Params;
  /** All that a later call needs to go on: `train(f, params, data, { …, resume: state, steps: more })`. */
  readonly state: TrainState;
}

/**
 * Trains a finite network by gradient descent.
 *
 * @param f any function of parameters and inputs: a layer's `apply`, or `networkFunction(model).apply`.
 * @param params where to start: float32 tensors in lists and records, which are left as they are.
 * @param data inputs x `[n, …]` and labels y shaped as the outputs, e.g. one-hot `[n, C]`.
 * @throws the signal's reason when it aborts. @throws ShapeError when shapes do not fit. @throws RangeError, UnsupportedError
 *   for options that make no sense. @throws NonFiniteError when an entry of the data is NaN or infinite.
 * @throws DivergedError when the loss is NaN or infinite; its `result` is the last state whose loss was finite.
 * @remarks A run that is resumed has the bits of one that was not (with tfjs's Adam and Adamax but for the rounding of its powers
 *   of β). Batches depend on the key and the step alone. No tensor is left behind but the result's.
 *
 * @example
 * ```ts
 * import * as tf from '#tf';
 * import { random, stax, train } from 'neural-tangents';
 * const { init, apply } = stax.serial(stax.Dense(64, { bStd: 1 }), stax.Relu(), stax.Dense(1));
 * const data = { x: tf.tensor2d([[0, 0], [0, 1], [1, 0], [1, 1]]), y: tf.tensor2d([[-1], [1], [1], [-1]]) };
 * const [, start] = init(random.key(0), [-1, 2]);
 * const { params } = await train(apply, start, data, {
 *   steps: 100, learningRate: 0.5, optimizer: { kind: 'sgd', momentum: 0.9 },
 * });
 * console.log(Array.from(apply(params, data.x).dataSync(), Math.sign)); // [ -1, 1, 1, -1 ]
 * ```
 */
export async function train<In extends Tree<tf.Tensor>>(
  f: TrainableFunction<In>,
  params: Params,
  data: TrainData,
  options: TrainOptions<In>,
): Promise<TrainResult> {
  const given = trainableLeaves('train', params);
  const samples = readData('train', 'data', data);
  let held: Tensors | null = null;
  try {
    const read = readTrainOptions(options, samples.count);
    if (read.evaluation) held = readData('train', 'evaluation.data', read.evaluation.data);
    return await run(f, params, given, samples, held, read);
  } finally {
    disposeData(samples);
    if (held) disposeData(held);
  }
}

/** Parameters of the form of those given, from the arrays of a state, e.g. of its `best`; the caller's to dispose of. */
export function restoreParams(form: Params, { params }: Pick<TrainState, 'params'>): Params {
  return withLeaves(
    form,
    params.map((array) => tensorOf(array)),
  );
}

/** A state on the backend, for a run to fall back on. */
interface Moment {
  readonly step: number;
  readonly leaves: readonly tf.Tensor[];
  readonly optimizer: readonly OptimizerTensor[];
  readonly best: TrainBest | null;
}

async function run<In extends Tree<tf.Tensor>>(
  f: TrainableFunction<In>,
  form: Params,
  given: readonly tf.Tensor[],
  data: Tensors,
  held: Tensors | null,
  options: ReadTrainOptions<In>,
): Promise<TrainResult> {
  const { steps, learningRate, evaluation, checkpoints, resume, signal, onProgress } = options;
  const every = evaluation?.every ?? Math.ceil(steps / 20);
  const [batchKey, stepKey] = split(options.key);
  const batches = new BatchOrder(batchKey, data.count, options.batchSize);
  const history: TrainStep[] = [...(resume?.history ?? [])];
  let best = resume?.best ?? null;
  let leaves = resume ? resumed(resume, given) : given.map((leaf) => tf.clone(leaf));
  const start = !options.centred
    ? null
    : (resume?.start?.map((array) => tensorOf(array)) ?? given.map((leaf) => tf.clone(leaf)));
  const network: Centred<In> = { f, form, start };
  const stepper = await stepperOf(options.optimizer, leaves, resume?.optimizer ?? null);

  /** What is on the backend now; the caller forgets it. */
  const moment = async (step: number): Promise<Moment> => ({
    step,
    leaves: leaves.map((leaf) => tf.clone(leaf)),
    optimizer: await stepper.remembered(),
    best,
  });
  const stateOf = async (at: Moment): Promise<TrainState> => ({
    step: at.step,
    params: await Promise.all(at.leaves.map(arrayOf)),
    start: start && (await Promise.all(start.map(arrayOf))),
    optimizer: await Promise.all(
      at.optimizer.map(async ({ name, tensor }) => ({ name, ...(await arrayOf(tensor)) })),
    ),
    history: history.slice(0, at.step),
    best: at.best,
  });
  const currentState = async (step: number): Promise<TrainState> => {
    const now = await moment(step);
    const state = await stateOf(now);
    forget(now);
    return state;
  };

  let done = resume?.step ?? 0;
  // The last state whose loss is known to be finite.
  let sound = await moment(done);
  let saved = done;
  try {
    let turn = performance.now();
    while (done < steps && !isOutOfPatience(history, best, evaluation?.patience)) {
      signal?.throwIfAborted();
      const step = done + 1;
      const rate = scheduleAt(learningRate, step, steps);
      const whole = options.batchSize === data.count;
      const batch = whole ? data : gatherSamples(data, batches.at(step));
      const { value, gradients } = lossAndGradients(network, leaves, batch, foldIn(stepKey, step), options);
      if (!whole) disposeData(batch);
      const loss = (await value.data())[0];
      value.dispose();
      if (!Number.isFinite(loss)) {
        tf.dispose(gradients);
        throw new DivergedError(
          `train: the loss became ${loss} at step ${step}. Lower the learning rate and go on from the error's result, ` +
            `the state after step ${sound.step}.`,
          await stateOf(sound),
        );
      }
      forget(sound);
      sound = await moment(done);
      const next = stepper.step(leaves, gradients, rate);
      tf.dispose([...leaves, ...gradients]);
      leaves = next;
      done = step;

      const tests = held && (step % every === 0 || step === steps);
      const tested = tests ? await evaluateNetwork(network, leaves, held, options) : null;
      const record: TrainStep = { step, loss, learningRate: rate, evaluation: tested };
      history.push(record);
      if (tested && isBetter(tested, best?.evaluation ?? null)) {
        best = { step, evaluation: tested, params: await Promise.all(leaves.map(arrayOf)) };
      }
      if (checkpoints && (step % checkpoints.every === 0 || step === steps)) {
        await checkpoints.save(await currentState(step));
        saved = step;
      }
      onProgress?.({ ...record, steps });
      if (performance.now() - turn > TURN) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        turn = performance.now();
      }
    }
    const state = await currentState(done);
    if (checkpoints && saved < done) await checkpoints.save(state);
    return {
      params: withLeaves(
        form,
        leaves.map((leaf) => tf.clone(leaf)),
      ),
      state,
    };
  } finally {
    forget(sound);
    stepper.dispose();
    tf.dispose([...leaves, ...(start ?? [])]);
  }
}

/** Longest time in ms without a turn for other work on this thread. */
const TURN = 50;

function forget({ leaves, optimizer }: Moment): void {
  tf.dispose([...leaves, ...optimizer.map(({ tensor }) => tensor)]);
}

/** The parameters of a state. @throws ShapeError when they are not formed as those given. */
function resumed({ params }: TrainState, given: readonly tf.Tensor[]): tf.Tensor[] {
  const shapes = (list: readonly { readonly shape: readonly number[] }[]) =>
    list.map(({ shape }) => `[${shape}]`).join(', ');
  if (shapes(params) !== shapes(given)) {
    throw new ShapeError(
      `train: resume must hold parameters of the given form, ${shapes(given)}, got ${shapes(params)}.`,
    );
  }
  return params.map((array) => tensorOf(array));
}

/** The loss on a batch, a scalar, and its gradients in all parameters. */
function lossAndGradients<In extends Tree<tf.Tensor>>(
  network: Centred<In>,
  leaves: readonly tf.Tensor[],
  { x, y }: Omit<Tensors, 'count'>,
  key: Key,
  { augment, loss, l2, labelScale }: ReadTrainOptions<In>,
): { readonly value: tf.Tensor; readonly gradients: tf.Tensor[] } {
  const [augmentKey, applyKey] = split(key);
  return tf.tidy(() => {
    const inputs = augment ? augment(x as In, augmentKey) : (x as In);
    const outputs = centredOutputs(network, inputs, { key: applyKey });
    const scaled = labelScale === 1 ? y : tf.mul(y, labelScale);
    return valueAndGradients(() => {
      const f = outputs(leaves);
      if (typeof loss !== 'function' && String(f.shape) !== String(y.shape)) {
        throw new ShapeError(
          `train: the network's outputs must be shaped as y, [${y.shape}], got [${f.shape}].`,
        );
      }
      const raw = tf.div(lossOf(loss, f, scaled), labelScale ** 2);
      if (l2 === 0) return raw;
      const squares = leaves.map((leaf) => tf.sum(tf.square(leaf)));
      return tf.add(raw, tf.mul(l2 / 2, tf.addN(squares)));
    }, leaves);
  });
}
