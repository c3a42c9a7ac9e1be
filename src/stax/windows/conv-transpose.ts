import * as tf from '#tf';
import { ShapeError } from '../../base/errors.js';
import { sizeOf } from '../../base/nd-array.js';
import type { Mask } from '../../program/row.js';
import { spoiltThrough } from '../../tracing/mask-maps.js';
import { append, type SymbolicKernel, spatialOf } from '../../tracing/symbolic.js';
import type { Shape } from '../../tracing/tree.js';
import type { Layer } from '../layer/layer.js';
import { type ConvOptions, readConv } from './conv-options.js';
import { convolution } from './convolution.js';
import { repeated } from './cover.js';
import type { Padding, Windows } from './geometry.js';

/**
 * Transposed convolution: the image is spread out with `strides` − 1 zeros between its positions and then convolved, which
 * enlarges it. Filters are not flipped.
 *
 * K' = wStd²·T(K) + bStd², Θ' = K' + wStd²·T(Θ) (parameterization `ntk`), T being the mean over the filter's positions on
 * both spread-out images.
 *
 * An axis of n positions becomes n·s + max(f − s, 0) with padding `VALID`, n·s with `SAME` and with `CIRCULAR`, which adds up
 * the positions of `VALID` that are equal modulo n·s.
 *
 * @param outChan number of output channels of the finite layer; the kernel is that of infinitely many.
 * @param filterShape filter size, one entry per spatial axis.
 * @throws ShapeError when a size is not a positive integer, strides and filter differ in length, and, from `init` and
 *   `kernel`, when the image has another number of axes.
 *
 * @example
 * ```ts
 * import { random, stax } from 'neural-tangents';
 * const { init } = stax.ConvTranspose(16, [3, 3], { padding: 'SAME', strides: [2, 2] });
 * const [outputShape] = init(random.key(0), [-1, 7, 7, 8]);
 * console.log(outputShape); // [ -1, 14, 14, 16 ]
 * ```
 */
export function ConvTranspose(outChan: number, filterShape: Shape, options: ConvOptions = {}): Layer {
  const conv = readConv('ConvTranspose', outChan, filterShape, options);
  const { filter, steps, padding } = conv;
  /** Outputs are masked that see a masked position; circular ones, as those with zeros outside. */
  const spoilt = (mask: Mask, shape: Shape): Mask => {
    const image = spatialOf(shape);
    const { low, out } = windowsOnSpread(image, filter, steps, padding === 'CIRCULAR' ? 'SAME' : padding);
    const sees = out.map((size, axis) =>
      Array.from({ length: size }, (_, P) =>
        Array.from({ length: image[axis] }, (__, p) => {
          const tap = p * steps[axis] + low[axis] - P;
          return tap >= 0 && tap < filter[axis];
        }),
      ),
    );
    return spoiltThrough(mask, sees);
  };
  return convolution(conv, {
    windows: (shape) => windowsOnSpread(spatialOf(shape), filter, steps, padding),
    ready: (x) => spread(x, steps),
    means: (k, seen) => spreadPatches(k, seen, steps),
    mask: spoilt,
  });
}

/** The windows, of stride 1, on an image that `spread` made. */
function windowsOnSpread(image: Shape, window: Shape, strides: Shape, padding: Padding): Windows {
  if (image.length !== window.length) {
    throw new ShapeError(
      `ConvTranspose: the filter needs one entry per spatial axis (${image.length}), got [${window}]. ` +
        `Inputs are [batch, …spatial, channels], here with spatial sizes [${image}].`,
    );
  }
  const axes = image.map((n, axis) => {
    const [f, s] = [window[axis], strides[axis]];
    const excess = Math.max(f - s, 0);
    if (padding === 'VALID') return { low: f - 1, out: n * s + excess };
    if (padding === 'CIRCULAR') return { low: f - 1 - Math.floor(excess / 2), out: n * s };
    return { low: s > f - 1 ? f - 1 : Math.ceil((f + s - 2) / 2), out: n * s };
  });
  const low = axes.map((axis) => axis.low);
  const out = axes.map((axis) => axis.out);
  return {
    ...{ window, low, out, strides: image.map(() => 1), circular: padding === 'CIRCULAR' },
    high: out.map((size, axis) => size + window[axis] - 1 - low[axis] - image[axis] * strides[axis]),
  };
}

/** `x` `[n, …image, c]` with zeros after each position, so that an axis is `strides` times as long. */
function spread(x: tf.Tensor, strides: Shape): tf.Tensor {
  return strides.reduce((image, stride, axis) => {
    const shape = image.shape;
    const after = sizeOf(shape.slice(axis + 2));
    const padded = tf.pad(tf.reshape(image, [-1, 1, after]), [
      [0, 0],
      [0, stride - 1],
      [0, 0],
    ]);
    return tf.reshape(padded, [
      ...shape.slice(0, axis + 1),
      shape[axis + 1] * stride,
      ...shape.slice(axis + 2),
    ]);
  }, x);
}

/** Emits the means over windows on the spread-out image, circular ones on an image continued far enough. */
function spreadPatches(
  k: SymbolicKernel,
  { window, low, out, circular }: Windows,
  strides: Shape,
): SymbolicKernel {
  const n = spatialOf(k.shape);
  // Position p is seen by the windows P with P = p·s − start + δ for some δ < f.
  const start = window.map((f, axis) => f - 1 - low[axis]);
  const before = n.map((_, axis) => (circular ? Math.floor(low[axis] / strides[axis]) : 0));
  const after = n.map((size, axis) =>
    circular ? Math.max(Math.floor((out[axis] - 1 + start[axis]) / strides[axis]) - size + 1, 0) : 0,
  );
  const continued = [...before, ...after].some((count) => count > 0) ? repeated(k, before, after) : k;
  const shifted = start.map((position, axis) => position + before[axis] * strides[axis]);
  return append(continued, [{ op: 'transposedPatch', shape: out, window, strides, low: shifted }]);
}
