import type * as tf from '#tf';
import type { Key } from '../../random/index.js';
import type { Axes, AxesRequest, AxesRequests } from '../../tracing/axes.js';
import type { SymbolicKernel, SymbolicTree } from '../../tracing/symbolic.js';
import type { Shape, Tree, TreeLike } from '../../tracing/tree.js';
import type { ApplyOptions } from './layer.js';
import type { MaskRules } from './layer-masks.js';
import type { Params } from './params.js';

/** What a layer's file is given to run the finite layer. */
export interface RunOptions extends ApplyOptions {
  /** 1 for visible and 0 for masked entries of x, `[n, …spatial, channels or 1]`; absent without a mask. */
  readonly visible?: tf.Tensor;
}

/** Where a layer of one tensor wants the axes of its inputs, and has those of its outputs. */
export interface LayerAxes {
  /** What it asks of its inputs. */
  readonly input: AxesRequest;
  /** Its outputs' axes, of inputs whose samples have shape `sample`; absent: as the inputs'. */
  output?(input: Axes, sample: Shape): Axes;
}

/**
 * What a layer's file says; `makeLayer` makes the layer from it. Shapes are those of one sample, `[...spatial, channels]`, and
 * tensors have samples first and channels last; of a layer with `axes` null they are as the caller has them.
 */
export interface LayerSpec<In = tf.Tensor, Out = tf.Tensor> extends MaskRules<In, Out> {
  /** Name in messages. */
  readonly name: string;
  /** Null for a layer without parameters that acts on all axes of its inputs alike. */
  readonly axes: LayerAxes | null;
  /**
   * Shape of the outputs.
   *
   * @throws ShapeError for a shape that the layer does not take.
   */
  outShape(shape: TreeLike<In, Shape>): TreeLike<Out, Shape>;
  /** Samples of the outputs, of inputs with so many (−1: not known) and `rank` axes; absent: as many. Of layers with `axes`. */
  outBatch?(batch: number, rank: number): number;
  /** Draws the parameters, of outputs with their axes at `output`; absent for a layer without. */
  params?(key: Key, shape: TreeLike<In, Shape>, output: Axes): Params;
  /** The finite layer, whose outputs will have their axes at `output`. */
  apply(params: Params, x: In, options: RunOptions, output: Axes): Out;
  /** The kernel after the layer, whose activations have shape `outShape`. */
  propagate(
    kernel: TreeLike<In, SymbolicKernel>,
    outShape: TreeLike<Out, Shape>,
  ): TreeLike<Out, SymbolicKernel>;
}

/** `LayerSpec` for layers whose inputs and outputs may be any trees. */
export interface TreeSpec {
  readonly name: string;
  readonly axes: AxesRequests;
  outShape(shape: Tree<Shape>): Tree<Shape>;
  /** As `Init`. */
  init(key: Key, inputShape: Tree<Shape>): [outputShape: Tree<Shape>, params: Params];
  // biome-ignore lint/suspicious/noExplicitAny: the caller of makeTreeLayer names the types
  apply(params: Params, x: any, options: ApplyOptions): any;
  propagate(kernel: SymbolicTree): SymbolicTree;
}
