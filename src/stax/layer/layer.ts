import type * as tf from '#tf';
import type { Pattern } from '../../inputs/read-samples.js';
import type { KernelFn } from '../../kernel/kernel-fn.js';
import type { Key } from '../../random/index.js';
import type { AxesRequests } from '../../tracing/axes.js';
import type { SymbolicTree } from '../../tracing/symbolic.js';
import type { Shape, Tree, TreeLike } from '../../tracing/tree.js';
import type { Params } from './params.js';

/**
 * Draws a finite network's parameters. `inputShape` includes the batch (any number, -1 too: parameters do not depend on
 * it), the first axis unless layers say otherwise.
 *
 * @returns the shape of the outputs, batch included, and the parameters.
 * @throws ShapeError when the layer does not take inputs of this shape.
 * @throws TypeError when `key` is no key.
 */
export type Init<In = tf.Tensor, Out = tf.Tensor> = (
  key: Key,
  inputShape: TreeLike<In, Shape>,
) => [outputShape: TreeLike<Out, Shape>, params: Params];

/** Options of a finite network's `apply`. */
export interface ApplyOptions {
  /** What random layers (`Dropout`) draw from; the others ignore it. */
  readonly key?: Key;
  /** Entries of `x` that equal this number (NaN: that are NaN) count as absent. Masked outputs are 0. */
  readonly maskConstant?: number;
  /** The graphs of x's samples, `[n, …]`, for `Aggregate`. */
  readonly pattern?: Pattern;
}

/** Runs a finite network on `x` `[n, …spatial, channels]`, or with its axes where the network's layers ask for them. */
export type Apply<In = tf.Tensor, Out = tf.Tensor> = (params: Params, x: In, options?: ApplyOptions) => Out;

/** The parts in the order in which Neural Tangents has them. */
type LayerParts<In, Out> = readonly [Init<In, Out>, Apply<In, Out>, KernelFn<Out, In>];

/**
 * A layer, or a network made of layers: the triple `[init, apply, kernel]`, also under these names.
 *
 * `In` and `Out` are a tensor each, or lists of tensors for layers between `FanOut` and `FanInSum`.
 */
export interface Layer<In = tf.Tensor, Out = tf.Tensor> extends LayerParts<In, Out> {
  /** Name in messages. */
  readonly name: string;
  /** Draws the finite network's parameters. */
  readonly init: Init<In, Out>;
  /** Runs the finite network. */
  readonly apply: Apply<In, Out>;
  /** Covariance (NNGP) and tangent kernel (NTK) of the infinitely wide network. */
  readonly kernel: KernelFn<Out, In>;
  /** What the layer asks of its inputs' axes. */
  readonly axes: AxesRequests;
  /** Shape of one sample's outputs, given that of one sample's inputs, `[...spatial, channels]` both. */
  outShape(shape: Tree<Shape>): Tree<Shape>;
  /** The symbolic kernel after the layer; emits the ops that compute it. */
  propagate(kernel: SymbolicTree): SymbolicTree;
}

/** What combinators need of the layers that they combine, whatever these take and give. */
export interface AnyLayer {
  /** Name in messages. */
  readonly name: string;
  /** Draws the parameters. */
  // biome-ignore lint/suspicious/noExplicitAny: no narrower type admits every layer
  init(key: Key, inputShape: any): [outputShape: any, params: Params];
  /** Runs the finite layer. */
  // biome-ignore lint/suspicious/noExplicitAny: no narrower type admits every layer
  apply(params: Params, x: any, options?: ApplyOptions): any;
  /** What the layer asks of its inputs' axes. */
  readonly axes: AxesRequests;
  /** Shape of one sample's outputs, given that of one sample's inputs. */
  outShape(shape: Tree<Shape>): Tree<Shape>;
  /** The symbolic kernel after the layer; emits the ops that compute it. */
  propagate(kernel: SymbolicTree): SymbolicTree;
}
