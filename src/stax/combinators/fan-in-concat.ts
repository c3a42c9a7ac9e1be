import * as tf from '#tf';
import { ShapeError } from '../../base/errors.js';
import { type Axes, batchShapeOf, sampleShapeOf, standardAxes, toStandardOrder } from '../../tracing/axes.js';
import { sideBySide } from '../../tracing/mask-maps.js';
import { append, channelsOf, type SymbolicKernel, spatialOf } from '../../tracing/symbolic.js';
import { isShape, leavesOf, type Shape, type Tree } from '../../tracing/tree.js';
import { requireGaussianBranches, sharedAxes } from '../layer/branches.js';
import type { Layer } from '../layer/layer.js';
import { type Activations, type MaskRules, runMasked, withMasks } from '../layer/layer-masks.js';
import { makeTreeLayer } from '../layer/make-tree-layer.js';
import { noMasks } from '../layer/no-masks.js';

/**
 * Puts branches side by side along an axis of the activations `[n, …spatial, channels]`.
 *
 * Along the channels K' is the mean of the K_i weighted by their numbers of channels; the result is not Gaussian, so a
 * layer with weights has to come before a nonlinearity. Along a spatial axis K'[p, p'] is that of the branch that
 * both positions come from, and 0 where they come from two; Θ alike. Along the batch that holds for samples, and the kernel runs on
 * the `tf` executor. The kernel takes the branches for independent: each needs weights of its own.
 *
 * @param axis −1 (default) or the last axis: the channels; negative ones count from the end.
 * @throws RangeError when `axis` is not an integer, from `init` and `kernel` when there is no such axis.
 * @throws ShapeError from `init` and `kernel`, when the branches differ along another axis.
 * @throws UnsupportedError from `kernel`, when `axis` is not the channels and a branch is not Gaussian; from `gram` for the batch.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const branches = stax.parallel(stax.Dense(30), stax.Dense(10, { wStd: 3 }));
 * const { kernel } = stax.serial(stax.FanOut(2), branches, stax.FanInConcat());
 * console.log(kernel(tf.tensor2d([[1]]), null, 'nngp').arraySync()); // [ [ 3 ] ]
 * ```
 */
export function FanInConcat(axis = -1): Layer<tf.Tensor[], tf.Tensor> {
  if (!Number.isInteger(axis)) {
    throw new RangeError(`FanInConcat: axis must be an integer, got ${axis}. Pass e.g. -1, the channels.`);
  }
  const listOf = (shapes: Tree<Shape>): readonly Shape[] =>
    isShape(shapes) ? [shapes] : (shapes as Shape[]);
  return makeTreeLayer<tf.Tensor[], tf.Tensor>({
    name: 'FanInConcat',
    axes: null,
    outShape(shapes) {
      const samples = listOf(shapes);
      const axes = standardAxes(samples[0].length + 1);
      return joinedSample(samples, axis, axes);
    },
    init: (_, inputShape) => [joined(listOf(inputShape), axis), []],
    apply: (_, xs: Activations[]) =>
      runMasked<tf.Tensor[], tf.Tensor>(maskRules(axis, xs), xs, (tensors) =>
        tf.concat(tensors as tf.Tensor[], axis),
      ),
    propagate(kernel) {
      const branches = leavesOf(kernel);
      const axes = sharedAxes('FanInConcat', branches);
      const samples = branches.map((k) => k.shape);
      const shape = joinedSample(samples, axis, axes);
      if (branches.length === 1) return branches[0];
      const along = sampleAxis(axis, axes, shape.length);
      const isChannel = along === shape.length - 1;
      if (!isChannel) requireGaussianBranches('FanInConcat', branches);
      if (along < 0) {
        const inputs = branches.map((branch) => branch.node);
        const node = branches[0].builder.emit({ op: 'joinBatch', inputs, shape: spatialOf(shape) });
        return withMasks<tf.Tensor[], tf.Tensor>(maskRules(axis, branches), kernel, { ...branches[0], node });
      }
      const parts = isChannel
        ? branches.map((k) => shareOf(k, channelsOf(k.shape) / channelsOf(shape)))
        : placed(branches, along, shape);
      const [{ builder }] = parts;
      const inputs = parts.map((k) => k.node);
      const node = builder.emit({ op: 'sum', inputs, shape: spatialOf(shape) });
      const isInput = branches.some((branch) => branch.isInput);
      const facts = { shape, isInput, isGaussian: !isChannel, origin: 'the output of FanInConcat' };
      return withMasks<tf.Tensor[], tf.Tensor>(maskRules(axis, branches), kernel, {
        ...parts[0],
        node,
        ...facts,
      });
    },
  });
}

/** The axis of one sample `[...spatial, channels]`, which has `rank` of them, of activations with their axes at `axes`; −1: the batch. */
function sampleAxis(axis: number, axes: Axes, rank: number): number {
  return toStandardOrder(axes, rank + 1).indexOf(axis < 0 ? axis + rank + 1 : axis) - 1;
}

/** How masks of branches join; `branches` are kernels or activations, of which masked ones know their axes. */
function maskRules(
  axis: number,
  branches: readonly (Axes | tf.Tensor)[],
): MaskRules<tf.Tensor[], tf.Tensor> & { readonly name: string } {
  return {
    name: 'FanInConcat',
    remask: false,
    mask(masks, shapes) {
      const placed = branches.find((branch) => 'batchAxis' in branch) as Axes;
      const along = sampleAxis(axis, placed, shapes[0].length);
      if (along >= 0) return sideBySide(masks, shapes, along);
      return noMasks('FanInConcat');
    },
  };
}

/** The shape of arrays of these shapes put side by side. */
function joined(shapes: readonly Shape[], axis: number): Shape {
  const rank = shapes[0].length;
  const along = axis < 0 ? rank + axis : axis;
  if (!(along >= 0 && along < rank)) {
    throw new RangeError(`FanInConcat: axis ${axis} is none of activations with ${rank} axes.`);
  }
  const rest = (shape: Shape) => String(shape.with(along, 0));
  if (!shapes.every((shape) => shape.length === rank && rest(shape) === rest(shapes[0]))) {
    throw new ShapeError(
      `FanInConcat: branches may differ along axis ${axis} alone, got ` +
        `${shapes.map((shape) => `[${shape}]`).join(' and ')}. Match their other sizes.`,
    );
  }
  const sizes = shapes.map((shape) => shape[along]);
  // A batch of −1 is of any size, and so is all of it.
  return shapes[0].with(along, sizes.includes(-1) ? -1 : sizes.reduce((a, b) => a + b, 0));
}

/** The same of one sample's shapes `[...spatial, channels]`, of arrays that have their axes at `axes`. */
function joinedSample(samples: readonly Shape[], axis: number, axes: Axes): Shape {
  const shapes = samples.map((sample) => batchShapeOf(-1, sample, axes));
  return sampleShapeOf(joined(shapes, axis), axes);
}

function shareOf(k: SymbolicKernel, scale: number): SymbolicKernel {
  const shape = spatialOf(k.shape);
  return append(k, [{ op: 'affine', shape, scale, shift: 0, ntkFromNngp: 0, ntkShift: 0 }]);
}

/** Each branch in an image of the result's size that is 0 where the others are. */
function placed(branches: readonly SymbolicKernel[], along: number, shape: Shape): SymbolicKernel[] {
  let before = 0;
  return branches.map((k) => {
    const at = spatialOf(shape).map((size, axis) =>
      Array.from({ length: size }, (_, P) => {
        if (axis !== along) return P;
        return P >= before && P < before + k.shape[along] ? P - before : -1;
      }),
    );
    before += k.shape[along];
    return append(k, [{ op: 'select', shape: spatialOf(shape), at }]);
  });
}
