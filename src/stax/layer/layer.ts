import * as tf from '#tf';
import { ShapeError, UnsupportedError } from '../../base/errors.js';
import { hasBackend } from '../../base/has-backend.js';
import { isTensor } from '../../base/is-tensor.js';
import { anything, optional, readOptions } from '../../base/options.js';
import { received } from '../../base/received.js';
import { eachNamed } from '../../inputs/check-input.js';
import { type Pattern, sampleOptions } from '../../inputs/read-samples.js';
import { fromStandard, toStandard } from '../../inputs/transpose.js';
import { type KernelFn, makeKernelFn } from '../../kernel/kernel-fn.js';
import { type Key, split } from '../../random/index.js';
import { checkKey } from '../../random/key.js';
import {
  type Axes,
  type AxesRequest,
  type AxesRequests,
  batchShapeOf,
  checkAxes,
  resolveAxes,
  sampleShapeOf,
  standardAxes,
} from '../../tracing/axes.js';
import type { SymbolicKernel, SymbolicTree } from '../../tracing/symbolic.js';
import { leavesOf, mapShapes, mapTree, type Shape, type Tree, type TreeLike } from '../../tracing/tree.js';
import { sharedAxes } from './branches.js';
import {
  type Activations,
  Masked,
  type MaskRules,
  maskInputs,
  runMasked,
  shapeOf,
  withMasks,
  withoutMasks,
} from './layer-masks.js';
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

const applyOptions = {
  key: optional(anything<Key>()),
  maskConstant: sampleOptions.maskConstant,
  pattern: optional(anything<Pattern>()),
};

/** What a layer's file is given to run the finite layer. */
export interface RunOptions extends ApplyOptions {
  /** 1 for visible and 0 for masked entries of x, `[n, …spatial, channels or 1]`; absent without a mask. */
  readonly visible?: tf.Tensor;
}

/** Runs a finite network on `x` `[n, …spatial, channels]`, or with its axes where the network's layers ask for them. */
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

/**
 * Makes a layer, with `init`, `apply` and `kernel`, from what is said of it: all layers here are made so, and a layer of one's own
 * is (as `stax.layer`).
 *
 * `propagate` emits covariance ops (`appendOps`); a network's Program is made of them. `params` draws parameters and
 * `apply` runs the finite layer; that both have the same covariance is the author's affair, and `monteCarloKernel` shows it.
 *
 * @param spec `axes` null: the layer has no parameters and acts on all axes alike, wherever they are; else it gets its inputs
 *   with samples first and channels last. @see LayerSpec
 *
 * @example A layer that negates channels at random, once for all: its outputs have the covariance of its inputs
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { random, stax } from 'neural-tangents';
 * const flips = stax.layer({
 *   name: 'Flips',
 *   axes: { input: { batchAxis: 0, channelAxis: -1 } },
 *   outShape: (shape) => shape,
 *   params: (key, shape) => tf.tensor1d(random.normal(key, [shape[shape.length - 1]]).data).sign(),
 *   apply: (params, x) => tf.mul(x, params as tf.Tensor),
 *   propagate: (k) => k,
 * });
 * const { kernel } = stax.serial(stax.Dense(64), flips, stax.Relu());
 * console.log(kernel(tf.tensor2d([[2]]), null, 'nngp').dataSync()[0]); // 2
 * ```
 */
export function makeLayer<In = tf.Tensor, Out = tf.Tensor>(spec: LayerSpec<In, Out>): Layer<In, Out> {
  type Of<Leaf> = TreeLike<In, Leaf>;
  if (spec.axes !== null) {
    return makePlacedLayer(spec as unknown as PlacedSpec) as unknown as Layer<In, Out>;
  }
  const outShape = (shape: Tree<Shape>): Tree<Shape> => spec.outShape(shape as Of<Shape>) as Tree<Shape>;
  return makeTreeLayer<In, Out>({
    name: spec.name,
    axes: null,
    outShape,
    // The rule for samples' shapes does for the caller's, whichever of their axes is left out.
    init: (_, inputShape) => [addBatch(outShape(dropBatch(spec.name, inputShape)), batchOf(inputShape)), []],
    apply: (params, x, options) =>
      runMasked(
        spec,
        x,
        (tensors) => spec.apply(params, tensors as In, options, standardAxes(2)) as Tree<tf.Tensor>,
      ),
    propagate(kernel) {
      sharedAxes(spec.name, leavesOf(kernel));
      const shape = mapTree<SymbolicKernel, Shape>(kernel, (k) => k.shape);
      const output = outShape(shape) as TreeLike<Out, Shape>;
      return withMasks(spec, kernel, spec.propagate(kernel as Of<SymbolicKernel>, output) as SymbolicTree);
    },
  });
}

/** What a file says of a layer of one tensor that asks for its axes. */
type PlacedSpec = LayerSpec & { readonly axes: LayerAxes };

/** Makes a layer that runs in the standard order of axes of one that takes and gives them where its caller has them. */
function makePlacedLayer(spec: PlacedSpec): Layer {
  const { name, axes } = spec;
  const outputAxes = (input: Axes, sample: Shape): Axes =>
    axes.output?.(input, sample) ?? { batchAxis: input.batchAxis, channelAxis: input.channelAxis };
  /** What is known of inputs of the caller's shape. */
  const place = (inputShape: Shape) => {
    requireRank(name, inputShape);
    const input = resolveAxes(name, axes.input, inputShape.length);
    const sample = sampleShapeOf(inputShape, input);
    return { input, sample, output: outputAxes(input, sample) };
  };
  return makeTreeLayer<tf.Tensor, tf.Tensor>({
    name,
    axes: axes.input,
    outShape: (shape) => spec.outShape(shape as Shape),
    init(key, inputShape) {
      const shape = inputShape as Shape;
      const { input, sample, output } = place(shape);
      const batch = spec.outBatch?.(shape[input.batchAxis], shape.length) ?? shape[input.batchAxis];
      const outShape = batchShapeOf(batch, spec.outShape(sample), output);
      return [outShape, spec.params?.(key, sample, output) ?? []];
    },
    apply(params, x: Activations, options) {
      const { input, output } = place(shapeOf(requireOne(name, x)));
      const run = (tensor: Tree<tf.Tensor>, visible?: tf.Tensor) => {
        const standard = toStandard(tensor as tf.Tensor, input);
        return fromStandard(spec.apply(params, standard, { ...options, visible }, output), output);
      };
      return runMasked(spec, x, run, () => output);
    },
    propagate(kernel) {
      const k = requireOne(name, kernel) as SymbolicKernel;
      checkAxes(name, axes.input, k, k.shape.length + 1);
      const result = { ...spec.propagate(k, spec.outShape(k.shape)), ...outputAxes(k, k.shape) };
      return withMasks(spec, kernel, result);
    },
  });
}

/** Makes a layer whose inputs and outputs are trees of a form that only its caller knows. */
export function makeTreeLayer<In, Out>(spec: TreeSpec): Layer<In, Out> {
  const init = ((key, inputShape) => {
    checkKey(`${spec.name}: init`, key);
    if (!Array.isArray(inputShape)) {
      const remedy = 'Pass e.g. [-1, 784]: any number of samples, 784 channels.';
      throw new TypeError(`${spec.name}: init: inputShape must be a list, ${received(inputShape, remedy)}`);
    }
    requireBackend(spec.name);
    return spec.init(key, inputShape as Tree<Shape>);
  }) as Init<In, Out>;
  const apply: Apply<In, Out> = (params, x, options = {}) => {
    const { maskConstant, ...rest } = readOptions(spec.name, options, applyOptions);
    requireActivations(spec.name, x);
    if (rest.key !== undefined) checkKey(`${spec.name}: apply`, rest.key);
    const run = (): Out => {
      if (maskConstant === undefined) return spec.apply(params, x, rest);
      const masked = maskInputs(spec.name, x as Tree<tf.Tensor>, spec.axes, maskConstant);
      return withoutMasks(spec.apply(params, masked, rest)) as Out;
    };
    return tf.tidy(run as () => tf.TensorContainer) as Out;
  };
  const kernel = makeKernelFn<Out, In>(spec);
  const triple: Triple<In, Out> = [init, apply, kernel];
  const { name, axes, outShape, propagate } = spec;
  return Object.assign(triple, { name, axes, init, apply, kernel, outShape, propagate });
}

/** The options of each of `count` layers that are run with these: keys of their own, if there is a key. */
export function splitOptions({ key, ...others }: ApplyOptions, count: number): readonly ApplyOptions[] {
  if (key === undefined) return Array<ApplyOptions>(count).fill(others);
  return split(key, count).map((own) => ({ ...others, key: own }));
}

/** Puts a batch of `n` before every shape of a tree. */
function addBatch(shapes: Tree<Shape>, n: number): Tree<Shape> {
  return mapShapes<Shape>(shapes, (shape) => [n, ...shape]);
}

function dropBatch(name: string, shapes: Tree<Shape>): Tree<Shape> {
  return mapShapes<Shape>(shapes, (shape) => {
    requireRank(name, shape);
    return shape.slice(1);
  });
}

/** @throws TypeError when `x` holds anything but tensors. */
function requireActivations(name: string, x: unknown): void {
  eachNamed<Activations>('x', x as Tree<Activations>, (leaf, path) => {
    if (isTensor(leaf) || leaf instanceof Masked) return;
    const remedy = 'Pass e.g. tf.tensor2d(…): finite networks run on tensors.';
    throw new TypeError(`${name}: apply: ${path} must be a tensor, ${received(leaf, remedy)}`);
  });
}

/** @throws ShapeError for a list of branches. */
function requireOne<T>(name: string, value: T | readonly T[]): T {
  if (!Array.isArray(value)) return value as T;
  throw new ShapeError(
    `${name}: takes one input, got a list of ${value.length}. Put it into parallel, or FanInSum before it.`,
  );
}

function requireRank(name: string, shape: Shape): void {
  if (shape.length >= 2) return;
  throw new ShapeError(
    `${name}: inputShape needs a batch and a channel axis, got [${shape}]. Pass e.g. [-1, 784].`,
  );
}

function batchOf(shapes: Tree<Shape>): number {
  const first = shapes[0];
  return typeof first === 'number' ? first : batchOf(first);
}

/** @throws UnsupportedError when no backend of tfjs was imported, which parameters are tensors of. */
function requireBackend(name: string): void {
  if (hasBackend()) return;
  throw new UnsupportedError(
    `${name}: a finite network needs a backend of tfjs, got none. Install @tensorflow/tfjs and import it.`,
  );
}
