import type * as tf from '#tf';
import type { Params } from '../stax/layer/params.js';
import type { Tree } from '../tracing/tree.js';

/**
 * A finite network as a function of its parameters (tensors in lists and records) and inputs `[n, …]` (a tensor, or lists of
 * tensors), which gives outputs `[n, …]`: a layer's `apply`, a model's by `networkFunction`, or one's own.
 */
export type NetworkFunction<In extends Tree<tf.Tensor> = tf.Tensor> = (params: Params, x: In) => tf.Tensor;
