import * as tf from '#tf';
import { ShapeError } from '../../base/errors.js';
import type { NdArray } from '../../base/nd-array.js';

/** Stochastic gradient descent: v ← momentum·v + g, θ ← θ − lr·v (`nesterov`: θ − lr·(g + momentum·v)). */
export interface SgdOptions {
  readonly kind: 'sgd';
  /** Default 0. */
  readonly momentum?: number;
  /** Default false. */
  readonly nesterov?: boolean;
}

/** What a run keeps of an optimiser: its arrays, by name. */
export interface OptimizerArray extends NdArray<Float32Array> {
  readonly name: string;
}

/** A tensor of an optimiser's state. */
export interface OptimizerTensor {
  readonly name: string;
  readonly tensor: tf.Tensor;
}

/** One way from gradients to the next parameters. */
export interface Stepper {
  /** The parameters after a step, for the caller to dispose of. */
  step(leaves: readonly tf.Tensor[], gradients: readonly tf.Tensor[], learningRate: number): tf.Tensor[];
  /** Copies of what it remembers, for the caller to dispose of. */
  remembered(): Promise<OptimizerTensor[]>;
  dispose(): void;
}

/** Makes the stepper of a run, as an earlier run left it or new. */
export async function stepperOf(
  optimizer: Required<SgdOptions> | tf.Optimizer,
  start: readonly tf.Tensor[],
  earlier: readonly OptimizerArray[] | null,
): Promise<Stepper> {
  if (!('kind' in optimizer)) return tfjsStepper(optimizer, start, earlier);
  return sgdStepper(optimizer, start, earlier);
}

function sgdStepper(
  { momentum, nesterov }: Required<SgdOptions>,
  start: readonly tf.Tensor[],
  earlier: readonly OptimizerArray[] | null,
): Stepper {
  checkEarlier(earlier, momentum === 0 ? 0 : start.length);
  let velocities =
    momentum === 0 ? [] : start.map((leaf, i) => (earlier ? tensorOf(earlier[i]) : tf.zerosLike(leaf)));
  return {
    step(leaves, gradients, learningRate) {
      const descend = (directions: readonly tf.Tensor[]) =>
        tf.tidy(() => leaves.map((leaf, i) => tf.sub(leaf, tf.mul(learningRate, directions[i]))));
      if (momentum === 0) return descend(gradients);
      const next = tf.tidy(() => velocities.map((v, i) => tf.add(tf.mul(momentum, v), gradients[i])));
      tf.dispose(velocities);
      velocities = next;
      if (!nesterov) return descend(next);
      return tf.tidy(() => descend(next.map((v, i) => tf.add(gradients[i], tf.mul(momentum, v)))));
    },
    remembered: async () => velocities.map((v, i) => ({ name: `velocity${i}`, tensor: tf.clone(v) })),
    dispose: () => tf.dispose(velocities),
  };
}

let named = 0;

/** A tfjs optimiser, which changes variables. */
async function tfjsStepper(
  optimizer: tf.Optimizer,
  start: readonly tf.Tensor[],
  earlier: readonly OptimizerArray[] | null,
): Promise<Stepper> {
  if (earlier) {
    await optimizer.setWeights(
      earlier.map((array) => ({
        name: array.name,
        tensor: tensorOf(array, array.name === 'iter' ? 'int32' : 'float32'),
      })),
    );
  }
  const variables = start.map((leaf) => tf.variable(leaf, true, `neural-tangents/train/${named++}`));
  const settable = optimizer as unknown as { learningRate: number; setLearningRate?(rate: number): void };
  return {
    step(leaves, gradients, learningRate) {
      // Some read the number, others a tensor that they made of it.
      if (settable.setLearningRate) settable.setLearningRate(learningRate);
      else settable.learningRate = learningRate;
      variables.forEach((variable, i) => {
        variable.assign(leaves[i]);
      });
      optimizer.applyGradients(variables.map(({ name }, i) => ({ name, tensor: gradients[i] })));
      return variables.map((variable) => tf.clone(variable));
    },
    async remembered() {
      const weights = await optimizer.getWeights();
      return weights.map(({ name, tensor }) => ({ name, tensor: tf.clone(tensor) }));
    },
    dispose: () => tf.dispose(variables),
  };
}

function checkEarlier(earlier: readonly OptimizerArray[] | null, count: number): void {
  if (earlier === null || earlier.length === count) return;
  throw new ShapeError(
    `train: resume needs ${count} arrays of the optimizer, got ${earlier.length}. Resume with the optimizer of that run.`,
  );
}

/** A tensor of an array. */
export function tensorOf({ shape, data }: NdArray, dtype: 'float32' | 'int32' = 'float32'): tf.Tensor {
  return tf.tensor(dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data), [...shape], dtype);
}

/** The entries of a tensor, copied. */
export async function arrayOf(tensor: tf.Tensor): Promise<NdArray<Float32Array>> {
  return { shape: tensor.shape, data: Float32Array.from(await tensor.data()) };
}
