import type * as tf from '#tf';
import { ShapeError } from '../base/errors.js';
import type { NdArray } from '../base/nd-array.js';
import type { RandomNetwork } from '../finite/index.js';
import { trainableLeaves, withLeaves } from '../finite/parameters.js';
import { tensorOf } from '../finite/training/optimizer.js';
import { type Key, split } from '../random/index.js';
import type { Params } from '../stax/layer/params.js';

/** Outputs for inputs, as a function of the parameters' tensors. */
export type Run = (leaves: readonly tf.Tensor[], x: tf.Tensor) => tf.Tensor;

/** A network that learns: its parameters, and how it runs. */
export interface Learner {
  readonly leaves: readonly tf.Tensor[];
  readonly run: Run;
}

/** What a network is drawn by. */
export interface LearnerDraw {
  readonly where: string;
  readonly network: RandomNetwork;
  /** Of a sample. */
  readonly shape: readonly number[];
  /** Of its outputs; null: whatever they are. */
  readonly numClasses: number | null;
  readonly key: Key;
  /** Parameters in place of drawn ones, first to last. */
  readonly params?: readonly NdArray<Float32Array>[];
}

/**
 * A network with parameters drawn from a key, or with those of an earlier step.
 *
 * @throws ShapeError, when it runs, for outputs that are not `[n, C]`. @throws UnsupportedError when a parameter cannot be trained.
 * @remarks Call it within `tidy`, which lets go of what is drawn, and leaves parameters that were there before.
 */
export function drawLearner({ where, network, shape, numClasses, key, params }: LearnerDraw): Learner {
  const [drawKey, noiseKey] = split(key);
  const [, form] = network.init(drawKey, [-1, ...shape] as never);
  const leaves = params ? params.map((array) => tensorOf(array)) : trainableLeaves(where, form);
  const outputs = runOf(network, form, noiseKey);
  return { leaves, run: (own, x) => checkOutputs(where, outputs(own, x), numClasses) };
}

/** How a network runs whose parameters have this form. */
export function runOf(network: RandomNetwork, form: Params, key: Key): Run {
  return (leaves, x) => network.apply(withLeaves(form, leaves), x, { key });
}

function checkOutputs(where: string, outputs: tf.Tensor, numClasses: number | null): tf.Tensor {
  if (outputs.rank === 2 && (numClasses === null || outputs.shape[1] === numClasses)) return outputs;
  throw new ShapeError(
    `${where}: the network's outputs must be ${numClasses === null ? '[n, p]' : `[n, ${numClasses}], a number for each class`}, ` +
      `got [${outputs.shape}].`,
  );
}
