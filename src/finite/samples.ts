import * as tf from '#tf';
import type { NdArray } from '../base/nd-array.js';
import { leavesOf, mapTree, type Shape, type Tree } from '../tracing/tree.js';

/** Inputs as float32 tensors `[n, …]`, for the caller to dispose of. */
export function inputTensors(x: Tree<NdArray>): Tree<tf.Tensor> {
  return mapTree<NdArray, tf.Tensor>(x, ({ shape, data }) =>
    tf.tensor(Float32Array.from(data), [...shape], 'float32'),
  );
}

/** Samples `from` to `to` of inputs. */
export function samplesBetween(x: Tree<tf.Tensor>, from: number, to: number): Tree<tf.Tensor> {
  return mapTree<tf.Tensor, tf.Tensor>(x, (leaf) => tf.slice(leaf, from, to - from));
}

/** Number of samples of inputs. */
export function countSamples(x: Tree<{ readonly shape: Shape }>): number {
  return leavesOf<{ readonly shape: Shape }>(x)[0].shape[0];
}
