import type { Tensor } from '#tf';
import * as tf from '#tf';
import { ShapeError, UnsupportedError } from '../../base/errors.js';
import { sizeOf } from '../../base/nd-array.js';
import { byDefault, flag, readOptions } from '../../base/options.js';
import { nearestPositions, type ResizeMethod, resizeMatrix, resizeMethods } from '../../program/resize.js';
import { type AxesOptions, axesOptions, resolveAxes, sampleShapeOf } from '../../tracing/axes.js';
import { seenThrough } from '../../tracing/mask-maps.js';
import { append, spatialOf } from '../../tracing/symbolic.js';
import type { Shape } from '../../tracing/tree.js';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';
import { noMasks } from '../layer/no-masks.js';

export type { ResizeMethod };

/** Options of `ImageResize`. */
export interface ImageResizeOptions extends AxesOptions {
  /** Widen the weights where an axis shrinks, so that every position counts; true by default. */
  readonly antialias?: boolean;
}

const imageResizeOptions = { antialias: byDefault(true, flag), ...axesOptions };

/**
 * Resizes the spatial axes and the batch of activations `[n, …spatial, channels]`.
 *
 * K' = R·K·Rᵀ with a matrix R per axis, Θ alike. From n to o positions, row j of R takes position ⌊(j + ½)·n/o⌋ (`nearest`)
 * or weighs position i by f(|t − i|/w), normalised to sum 1, with t = (j + ½)·n/o − ½ and w = max(n/o, 1) (without
 * `antialias` w = 1): f is a triangle (`linear`), Keys's cubic with a = −½ (`cubic`) or a windowed sinc (`lanczos3`, `lanczos5`).
 *
 * A new size of the batch mixes x1's samples, and x2's, in the same way; that kernel runs on the `tf` executor.
 *
 * @param shape the new shape, batch and channels included; −1 keeps a size. The channels have to be −1.
 * @param method `bilinear`, `trilinear` and `triangle` are other names of `linear`, `bicubic` and `tricubic` of `cubic`.
 * @throws UnsupportedError for another method, or a new size of the channels; from `gram` for a new size of the batch.
 * @throws ShapeError when a size is neither a positive integer nor −1, and, from `init` and `kernel`, when activations have
 *   another number of axes.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { apply } = stax.ImageResize([-1, 4, -1], 'linear');
 * console.log(apply([], tf.tensor3d([[[0], [4]]])).dataSync()); // Float32Array(4) [ 0, 1, 3, 4 ]
 * ```
 */
export function ImageResize(shape: Shape, method: ResizeMethod, options: ImageResizeOptions = {}): Layer {
  const { antialias, ...request } = readOptions('ImageResize', options, imageResizeOptions);
  if (shape.length < 2 || shape.some((size) => size !== -1 && !(Number.isInteger(size) && size > 0))) {
    throw new ShapeError(
      `ImageResize: shape must hold a positive size or -1 for each axis, batch and channels too, got [${shape}].`,
    );
  }
  const axes = resolveAxes('ImageResize', request, shape.length);
  if (shape[axes.channelAxis] !== -1) {
    throw new UnsupportedError(
      `ImageResize: does not resize the channels, got [${shape}]. Pass -1 for them.`,
    );
  }
  const samples = shape[axes.batchAxis];
  if (!resizeMethods.includes(method)) {
    throw new UnsupportedError(
      `ImageResize: method must be one of ${resizeMethods.join(', ')}, got '${method}'.`,
    );
  }
  const sizes = sampleShapeOf(shape, axes);
  const resized = (sample: Shape): Shape => {
    if (sample.length === sizes.length) {
      return sample.map((size, axis) => (sizes[axis] === -1 ? size : sizes[axis]));
    }
    throw new ShapeError(
      `ImageResize: activations must have ${shape.length} axes, as shape has, got ${sample.length + 1}.`,
    );
  };
  /** For each size the matrix `[out, in]` that makes it the other, null where it stays. */
  const matrices = (from: Shape, to: Shape): (number[][] | null)[] =>
    from.map((n, axis) => (to[axis] === n ? null : resizeMatrix(method, n, to[axis], antialias)));
  return makeLayer({
    name: 'ImageResize',
    axes: { input: request },
    outShape: resized,
    mask(mask, shape) {
      if (samples !== -1) return noMasks('ImageResize');
      const perAxis = matrices(spatialOf(shape), spatialOf(resized(shape)));
      return seenThrough(
        mask,
        perAxis.map((matrix) => matrix?.map((row) => row.map((weight) => weight !== 0)) ?? null),
      );
    },
    outBatch: (n) => (samples === -1 ? n : samples),
    apply(_, x) {
      const to = [samples === -1 ? x.shape[0] : samples, ...resized(x.shape.slice(1))];
      return matrices(x.shape, to).reduce<Tensor>((y, matrix, axis) => {
        if (matrix === null) return y;
        const before = sizeOf(y.shape.slice(0, axis));
        const flat = tf.reshape(y, [before, y.shape[axis], -1]);
        const product = tf.matMul(tf.tile(tf.tensor3d([matrix]), [before, 1, 1]), flat);
        return tf.reshape(product, y.shape.with(axis, matrix.length));
      }, x.clone());
    },
    propagate(k, outShape) {
      const image = spatialOf(outShape);
      const map = { kind: 'resize', to: samples, method, antialias } as const;
      const batch = samples === -1 ? k : append(k, [{ op: 'mixBatch', shape: spatialOf(k.shape), map }]);
      const perAxis = matrices(spatialOf(k.shape), image);
      if (perAxis.every((matrix) => matrix === null)) return batch;
      if (method !== 'nearest') {
        return append(batch, [{ op: 'mix', shape: image, matrices: perAxis }], { shape: outShape });
      }
      const at = image.map((o, axis) => nearestPositions(k.shape[axis], o));
      return append(batch, [{ op: 'select', shape: image, at }], { shape: outShape });
    },
  });
}
