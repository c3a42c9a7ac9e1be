import * as tf from '@tensorflow/tfjs';
import { checkOptions } from '../check-options.js';
import { ShapeError } from '../errors.js';
import { type KernelFn, makeKernelFn } from '../kernel/kernel-fn.js';
import type { SymbolicKernel, SymbolicTree } from '../kernel/symbolic.js';
import { mapShapes, mapTree, type Shape, type Tree, type TreeLike } from '../kernel/tree.js';
import { type Key, split } from '../random/index.js';
import type { Params } from './params.js';

/**
 * Draws a finite network's parameters. `inputShape` includes the batch first (any number, -1 too: parameters do
 * not depend on it).
 *
 * @returns the shape of the outputs, batch first, and the parameters.
 * @throws ShapeError when the layer does not take inputs of this shape.
 */
export type Init<In = tf.Tensor, Out = tf.Tensor> = (
  key: Key,
  inputShape: TreeLike<In, Shape>,
) => [outputShape: TreeLike<Out, Shape>, params: Params];

/** Options of a finite network's `apply`. */
export interface ApplyOptions {
  /** What random layers (`Dropout`) draw from; the others ignore it. */
  readonly key?: Key;
}

/** Runs a finite network on `x` `[n, …spatial, channels]`; its outputs have the batch first, too. */
export type Apply<In = tf.Tensor, Out = tf.Tensor> = (params: Params, x: In, options?: ApplyOptions) => Out;

type Triple<In, Out> = readonly [Init<In, Out>, Apply<In, Out>, KernelFn<Out, In>];

/**
 * A layer, or a network made of layers: the triple `[init, apply, kernel]`, also under these names.
 *
 * `In` and `Out` are a tensor each, or lists of tensors for layers between `FanOut` and `FanInSum`.
 */
export interface Layer<In = tf.Tensor, Out = tf.Tensor> extends Triple<In, Out> {
  /** Name in messages. */
  readonly name: string;
  /** Draws the finite network's parameters. */
  readonly init: Init<In, Out>;
  /** Runs the finite network. */
  readonly apply: Apply<In, Out>;
  /** Covariance (NNGP) and tangent kernel (NTK) of the infinitely wide network. */
  readonly kernel: KernelFn<Out, In>;
  /** Shape of one sample's outputs, given that of one sample's inputs. */
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
  /** Shape of one sample's outputs, given that of one sample's inputs. */
  outShape(shape: Tree<Shape>): Tree<Shape>;
  /** The symbolic kernel after the layer; emits the ops that compute it. */
  propagate(kernel: SymbolicTree): SymbolicTree;
}

/** What a layer's file says; `makeLayer` makes the layer from it. Shapes are those of one sample. */
export interface LayerSpec<In = tf.Tensor, Out = tf.Tensor> {
  /** Name in messages. */
  readonly name: string;
  /**
   * Shape of the outputs.
   *
   * @throws ShapeError for a shape that the layer does not take.
   */
  outShape(shape: TreeLike<In, Shape>): TreeLike<Out, Shape>;
  /** Draws the parameters; absent for a layer without. */
  params?(key: Key, shape: TreeLike<In, Shape>): Params;
  /** The finite layer. */
  apply(params: Params, x: In, options: ApplyOptions): Out;
  /** The kernel after the layer, whose activations have shape `outShape`. */
  propagate(
    kernel: TreeLike<In, SymbolicKernel>,
    outShape: TreeLike<Out, Shape>,
  ): TreeLike<Out, SymbolicKernel>;
}

/** `LayerSpec` for layers whose inputs and outputs may be any trees. */
export interface TreeSpec {
  readonly name: string;
  outShape(shape: Tree<Shape>): Tree<Shape>;
  params?(key: Key, shape: Tree<Shape>): Params;
  // biome-ignore lint/suspicious/noExplicitAny: the caller of makeTreeLayer names the types
  apply(params: Params, x: any, options: ApplyOptions): any;
  propagate(kernel: SymbolicTree): SymbolicTree;
}

/** Makes a layer from what its file says of it. */
export function makeLayer<In = tf.Tensor, Out = tf.Tensor>(spec: LayerSpec<In, Out>): Layer<In, Out> {
  type Of<Leaf> = TreeLike<In, Leaf>;
  return makeTreeLayer<In, Out>({
    name: spec.name,
    outShape: (shape) => spec.outShape(shape as Of<Shape>) as Tree<Shape>,
    params: spec.params && ((key, shape) => spec.params!(key, shape as Of<Shape>)),
    apply: (params, x, options) => spec.apply(params, x, options),
    propagate(kernel) {
      const shape = mapTree<SymbolicKernel, Shape>(kernel, (k) => k.shape) as Of<Shape>;
      return spec.propagate(kernel as Of<SymbolicKernel>, spec.outShape(shape)) as SymbolicTree;
    },
  });
}

/** Makes a layer whose inputs and outputs are trees of a form that only its caller knows. */
export function makeTreeLayer<In, Out>(spec: TreeSpec): Layer<In, Out> {
  const init: Init<In, Out> = (key, inputShape) => {
    const batched = inputShape as Tree<Shape>;
    const shape = dropBatch(spec.name, batched);
    const outShape = addBatch(spec.outShape(shape), batchOf(batched));
    return [outShape as TreeLike<Out, Shape>, spec.params?.(key, shape) ?? []];
  };
  const apply: Apply<In, Out> = (params, x, options = {}) => {
    checkOptions(spec.name, options, ['key']);
    return tf.tidy(() => spec.apply(params, x, options));
  };
  const kernel = makeKernelFn<Out, In>(spec);
  const triple: Triple<In, Out> = [init, apply, kernel];
  const { name, outShape, propagate } = spec;
  return Object.assign(triple, { name, init, apply, kernel, outShape, propagate });
}

/** The options of each of `count` layers that are run with these: keys of their own, if there is a key. */
export function splitOptions({ key }: ApplyOptions, count: number): readonly ApplyOptions[] {
  if (key === undefined) return Array<ApplyOptions>(count).fill({});
  return split(key, count).map((own) => ({ key: own }));
}

/** Puts a batch of `n` before every shape of a tree. */
export function addBatch(shapes: Tree<Shape>, n: number): Tree<Shape> {
  return mapShapes<Shape>(shapes, (shape) => [n, ...shape]);
}

function dropBatch(name: string, shapes: Tree<Shape>): Tree<Shape> {
  return mapShapes<Shape>(shapes, (shape) => {
    if (shape.length < 2) {
      throw new ShapeError(
        `${name}: inputShape needs a batch and a channel axis, got [${shape}]. Pass e.g. [-1, 784].`,
      );
    }
    return shape.slice(1);
  });
}

function batchOf(shapes: Tree<Shape>): number {
  const first = shapes[0];
  return typeof first === 'number' ? first : batchOf(first);
}
