import type * as tf from '#tf';
import { UnsupportedError } from '../base/errors.js';
import { anything, optional, readOptions } from '../base/options.js';
import type { Params } from '../stax/layer/params.js';
import type { Tree } from '../tracing/tree.js';
import type { NetworkFunction } from './network-function.js';

/** What is used of a weight of a tfjs `LayersModel`. */
export interface ModelWeight {
  readonly name: string;
  /** The weight's value. */
  read(): tf.Tensor;
}

/** What is used of a tfjs `LayersModel` (`tf.sequential`, `tf.model`, `tf.loadLayersModel`). */
export interface LayersModelLike {
  readonly trainableWeights: readonly ModelWeight[];
  /** The outputs for inputs. */
  apply(inputs: tf.Tensor | tf.Tensor[], kwargs?: { training?: boolean }): unknown;
}

/** What is used of a tfjs `GraphModel` (`tf.loadGraphModel`). */
export interface GraphModelLike {
  readonly weights: Readonly<Record<string, tf.Tensor[]>>;
  /** The outputs for inputs. */
  predict(inputs: tf.Tensor | tf.Tensor[]): unknown;
}

/** A model as a function, and its weights by name. */
export interface ModelFunction {
  readonly apply: NetworkFunction<Tree<tf.Tensor>>;
  /** The model's own tensors: not to be disposed of. */
  readonly params: Readonly<Record<string, tf.Tensor>>;
}

/** Options of `networkFunction`. */
export interface NetworkFunctionOptions {
  /**
   * Which weights are parameters, by name; the others are constants. Default: those that a `LayersModel` trains, and those of
   * a `GraphModel`, which does not say, that are float32 and no single numbers.
   */
  readonly trainable?: (name: string) => boolean;
}

const networkFunctionOptions = { trainable: optional(anything<(name: string) => boolean>()) };

/**
 * A tfjs model as a function of its weights and inputs, for everything here that takes one: empirical kernels, `linearize`,
 * `taylorExpand`. The model itself is left as it is; it runs as at inference (no dropout, normalisation by its running means).
 *
 * @param model a `LayersModel` or `GraphModel`, or another object with what is used of these.
 * @throws UnsupportedError when no weight is trainable, or it is no such model.
 * @remarks For the time of a call the function's weights take the place of the model's, so that a model with control flow,
 *   which runs asynchronously, is not taken. A model with several outputs gives a list; pick one.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { linearize, networkFunction } from 'neural-tangents';
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, activation: 'relu', inputShape: [2] })] });
 * const { apply, params } = networkFunction(model);
 * const linear = linearize(apply, params);
 * console.log(linear(params, tf.ones([4, 2])).shape); // [ 4, 3 ]
 * ```
 */
export function networkFunction(
  model: LayersModelLike | GraphModelLike,
  options: NetworkFunctionOptions = {},
): ModelFunction {
  const { trainable } = readOptions('networkFunction', options, networkFunctionOptions);
  if ('trainableWeights' in model) return ofLayers(model, trainable ?? (() => true));
  if ('weights' in model && 'predict' in model) return ofGraph(model, trainable);
  throw new UnsupportedError(
    'networkFunction: expects a LayersModel or a GraphModel of tfjs. Any function of parameters and inputs does without it.',
  );
}

function ofLayers(model: LayersModelLike, trainable: (name: string) => boolean): ModelFunction {
  const weights = model.trainableWeights.filter(({ name }) => trainable(name));
  const params = Object.fromEntries(weights.map((weight) => [weight.name, weight.read()]));
  requireSome(params);
  return {
    params,
    apply(given, x) {
      const own = given as Record<string, tf.Tensor>;
      const held = weights as unknown as { val: tf.Tensor }[];
      const before = held.map(({ val }) => val);
      weights.forEach(({ name }, i) => {
        held[i].val = own[name];
      });
      try {
        return model.apply(x as tf.Tensor, { training: false }) as tf.Tensor;
      } finally {
        held.forEach((weight, i) => {
          weight.val = before[i];
        });
      }
    },
  };
}

function ofGraph(model: GraphModelLike, trainable?: (name: string) => boolean): ModelFunction {
  const isParameter = (name: string, tensor: tf.Tensor) =>
    trainable ? trainable(name) : tensor.dtype === 'float32' && tensor.size > 1;
  const params = Object.fromEntries(
    Object.entries(model.weights)
      .map(([name, [tensor]]) => [name, tensor] as const)
      .filter(([name, tensor]) => isParameter(name, tensor)),
  );
  requireSome(params);
  return {
    params,
    apply(given, x) {
      const own = given as Record<string, tf.Tensor>;
      // The executor holds the weights under the name that the model's getter reads.
      const { executor } = model as unknown as { executor: { weightMap: Record<string, tf.Tensor[]> } };
      const before = executor.weightMap;
      executor.weightMap = {
        ...before,
        ...Object.fromEntries(Object.keys(params).map((name) => [name, [own[name]]])),
      };
      try {
        return model.predict(x as tf.Tensor) as tf.Tensor;
      } finally {
        executor.weightMap = before;
      }
    },
  };
}

function requireSome(params: Params): void {
  if (Object.keys(params).length > 0) return;
  throw new UnsupportedError(
    'networkFunction: the model has no trainable weight to differentiate in. Set trainable on its layers, or pass ' +
      'trainable: (name) => true.',
  );
}
