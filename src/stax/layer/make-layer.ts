import type * as tf from '#tf';
import { ShapeError } from '../../base/errors.js';
import { fromStandard, toStandard } from '../../inputs/transpose.js';
import {
  type Axes,
  batchShapeOf,
  checkAxes,
  resolveAxes,
  sampleShapeOf,
  standardAxes,
} from '../../tracing/axes.js';
import type { SymbolicKernel, SymbolicTree } from '../../tracing/symbolic.js';
import { leavesOf, mapShapes, mapTree, type Shape, type Tree } from '../../tracing/tree.js';
import { sharedAxes } from './branches.js';
import type { Layer } from './layer.js';
import { type Activations, runMasked, shapeOf, withMasks } from './layer-masks.js';
import type { LayerAxes, LayerSpec, RunOptions } from './layer-spec.js';
import { makeTreeLayer } from './make-tree-layer.js';
import type { Params } from './params.js';

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
  if (spec.axes !== null) {
    return makePlacedLayer(spec as unknown as PlacedSpec) as unknown as Layer<In, Out>;
  }
  const { name, outShape, ...plain } = spec as unknown as PlainSpec;
  return makeTreeLayer<In, Out>({
    name,
    axes: null,
    outShape,
    // The rule for samples' shapes does for the caller's, whichever of their axes is left out.
    init: (_, inputShape) => [addBatch(outShape(dropBatch(name, inputShape)), batchOf(inputShape)), []],
    apply: (params, x, options) =>
      runMasked(spec, x, (tensors) => plain.apply(params, tensors, options, standardAxes(2))),
    propagate(kernel) {
      sharedAxes(name, leavesOf(kernel));
      const shape = mapTree<SymbolicKernel, Shape>(kernel, (k) => k.shape);
      return withMasks(spec, kernel, plain.propagate(kernel, outShape(shape)));
    },
  });
}

/** What a file says, of plain trees: which form these have is known to the layer's caller alone. */
interface PlainSpec {
  readonly name: string;
  outShape(shape: Tree<Shape>): Tree<Shape>;
  apply(params: Params, x: Tree<tf.Tensor>, options: RunOptions, output: Axes): Tree<tf.Tensor>;
  propagate(kernel: SymbolicTree, outShape: Tree<Shape>): SymbolicTree;
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
