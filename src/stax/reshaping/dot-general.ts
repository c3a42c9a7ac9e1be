import type * as tf from '#tf';
import { ShapeError, UnsupportedError } from '../../base/errors.js';
import { isTensor } from '../../base/is-tensor.js';
import { type NdArray, sizeOf } from '../../base/nd-array.js';
import { anything, byDefault, optional, readOptions } from '../../base/options.js';
import { fromStandard, toStandard } from '../../inputs/transpose.js';
import {
  type Axes,
  type AxesOptions,
  type AxesRequest,
  axesOptions,
  batchShapeOf,
  resolveAxes,
  sampleShapeOf,
} from '../../tracing/axes.js';
import { seenThroughMatrix } from '../../tracing/mask-maps.js';
import { append, spatialOf } from '../../tracing/symbolic.js';
import type { Shape } from '../../tracing/tree.js';
import { Identity } from '../combinators/identity.js';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';
import { makeTreeLayer } from '../layer/make-tree-layer.js';
import {
  type Dot,
  type DotDimensionNumbers,
  dotAxes,
  dotMatrix,
  dotShape,
  dotTensors,
  namedAxes,
  readDot,
} from './dot-dimensions.js';

/** A constant that activations are multiplied by. */
export type DotConstant =
  | number
  | { readonly shape: readonly number[]; readonly data: ArrayLike<number> }
  | tf.Tensor;

/** Options of `DotGeneral`. */
export interface DotGeneralOptions extends AxesOptions {
  /** The constant, on the left of the activations; or `rhs`, on their right. With neither, the layer does nothing. */
  readonly lhs?: DotConstant;
  readonly rhs?: DotConstant;
  /** Without, no axes are summed over or shared: every entry is multiplied by every entry of the constant. */
  readonly dimensionNumbers?: DotDimensionNumbers;
}

const noAxes: DotDimensionNumbers = [
  [[], []],
  [[], []],
];

const dotGeneralOptions = {
  lhs: optional(anything<DotConstant>()),
  rhs: optional(anything<DotConstant>()),
  dimensionNumbers: byDefault(noAxes, anything<DotDimensionNumbers>()),
  ...axesOptions,
};

const name = 'DotGeneral';

/**
 * Multiplies activations by a constant, as `jax.lax.dot_general` does: sums over the contracted axes, keeps the shared ones,
 * and adds the constant's other axes as spatial ones.
 *
 * K' = M·K·Mᵀ with the constant as a matrix M over positions; Θ alike. Axes of the result are the shared ones, the left side's
 * others and the right side's others, so that layers after it may have to say where samples and channels are.
 *
 * @throws ShapeError when both sides are given, for a constant whose data do not fill its shape, or wrong dimension numbers;
 *   from `init`, `apply` and `kernel` when sizes differ, or the channels are named.
 * @throws UnsupportedError from `kernel` when the samples' axis is named: a kernel is a function of two samples.
 *
 * @remarks All pairs of positions are computed, unless no axis is contracted.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const rhs = { shape: [3, 1], data: [1, -2, 1] };
 * const { apply } = stax.DotGeneral({ rhs, dimensionNumbers: [[[1], [0]], [[], []]], channelAxis: -1 });
 * console.log(apply([], tf.tensor3d([[[1], [4], [9]]])).dataSync()); // Float32Array(1) [ 2 ]
 * ```
 */
export function DotGeneral(options: DotGeneralOptions = {}): Layer {
  const { lhs, rhs, dimensionNumbers, ...request } = readOptions(name, options, dotGeneralOptions);
  if (lhs !== undefined && rhs !== undefined) {
    throw new ShapeError(`${name}: one side must be the activations, got both lhs and rhs. Leave one out.`);
  }
  const given = lhs ?? rhs;
  if (given === undefined) return Identity();
  const dot = readDot(name, arrayOf(given), lhs === undefined, dimensionNumbers);
  return namedAxes(dot).includes(request.batchAxis) ? overBatch(dot, request) : overPositions(dot, request);
}

/** A dot that acts on each sample by itself. */
function overPositions(dot: Dot, request: AxesRequest): Layer {
  /** The shape of a batch of any size, as the caller has it, and where its axes are. */
  const place = (sample: Shape): { shape: Shape; axes: Axes } => {
    const axes = resolveAxes(name, request, sample.length + 1);
    requireOther(dot, axes);
    return { shape: batchShapeOf(-1, sample, axes), axes };
  };
  const output = (sample: Shape): Axes => {
    const { shape, axes } = place(sample);
    return dotAxes(name, dot, shape, axes);
  };
  const outShape = (sample: Shape): Shape =>
    sampleShapeOf(dotShape(name, dot, place(sample).shape), output(sample));
  const matrix = (sample: Shape): number[][] => {
    const { shape, axes } = place(sample);
    return dotMatrix(name, dot, shape, axes);
  };
  return makeLayer({
    name,
    axes: { input: request, output: (_, sample) => output(sample) },
    mask: (mask, sample) => seenThroughMatrix(mask, spatialOf(outShape(sample)), matrix(sample)),
    outShape,
    apply(_, x, __, to) {
      const { axes } = place(x.shape.slice(1));
      return toStandard(dotTensors(name, dot, fromStandard(x, axes)), to);
    },
    propagate(k, shape) {
      const image = spatialOf(shape);
      if (dot.constant.shape.length === 0) {
        const scale = dot.constant.data[0] ** 2;
        return append(k, [{ op: 'affine', shape: image, scale, shift: 0, ntkFromNngp: 0, ntkShift: 0 }]);
      }
      return append(k, [{ op: 'transform', shape: image, matrix: { values: matrix(k.shape) } }], { shape });
    },
  });
}

/** A dot that mixes samples, or treats each in a way of its own: a finite layer without a kernel. */
function overBatch(dot: Dot, request: AxesRequest): Layer {
  const refuse = (): never => {
    throw new UnsupportedError(
      `${name}: has no kernel over the axis of the samples (${request.batchAxis}): a kernel is a function of two samples. ` +
        'Use apply alone, or leave that axis out of dimensionNumbers.',
    );
  };
  const check = (shape: Shape): void => {
    const { channelAxis } = resolveAxes(name, request, shape.length);
    if (namedAxes(dot).includes(channelAxis)) refuseChannels(channelAxis);
  };
  return makeTreeLayer<tf.Tensor, tf.Tensor>({
    name,
    axes: request,
    outShape: refuse,
    init(_, inputShape) {
      const shape = inputShape as Shape;
      check(shape);
      return [dotShape(name, dot, shape), []];
    },
    apply(_, x: tf.Tensor) {
      check(x.shape);
      return dotTensors(name, dot, x);
    },
    propagate: refuse,
  });
}

function requireOther(dot: Dot, { batchAxis, channelAxis }: Axes): void {
  const named = namedAxes(dot);
  if (named.includes(channelAxis)) refuseChannels(channelAxis);
  if (!named.includes(batchAxis)) return;
  throw new UnsupportedError(
    `${name}: the axis of the samples (${batchAxis}) must be counted from the front when dimensionNumbers name it.`,
  );
}

function refuseChannels(channelAxis: number): never {
  throw new ShapeError(
    `${name}: dimensionNumbers must not name the channels (${channelAxis}): the kernel is that of infinitely many. ` +
      'Use Dense, or say where the channels are with channelAxis.',
  );
}

function arrayOf(constant: DotConstant): NdArray {
  if (typeof constant === 'number') return { shape: [], data: Float64Array.of(constant) };
  if (isTensor(constant)) {
    return { shape: [...constant.shape], data: Float64Array.from(constant.dataSync()) };
  }
  const { shape, data } = constant;
  if (data.length === sizeOf(shape)) return { shape: [...shape], data: Float64Array.from(data) };
  throw new ShapeError(
    `${name}: a constant of shape [${shape}] needs ${sizeOf(shape)} numbers, got ${data.length}.`,
  );
}
