import * as tf from '#tf';
import { sizeOf } from '../../base/nd-array.js';
import { byDefault, type Complete, flag, readOptions } from '../../base/options.js';
import { type AxesOptions, axesOptions } from '../../tracing/axes.js';
import { requireOneChannel } from '../../tracing/mask-maps.js';
import { append, channelsOf, spatialOf } from '../../tracing/symbolic.js';
import type { Shape } from '../../tracing/tree.js';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';
import { sizes, stridesOf, windowOptions } from '../layer/options.js';
import { covered } from '../windows/cover.js';
import { type Padding, tapCounts, windowsOf } from '../windows/geometry.js';
import { windowSum } from '../windows/taps.js';
import { atCentres } from '../windows/window-masks.js';

/** Options of `SumPool`. */
export interface SumPoolOptions extends AxesOptions {
  /** Step of the window, one entry per spatial axis; ones by default, not the window. */
  readonly strides?: Shape;
  /** `VALID` (default): windows stay inside; `SAME`: zeros outside; `CIRCULAR`: the image repeats. */
  readonly padding?: Padding;
}

/** Options of `AvgPool`. */
export interface AvgPoolOptions extends SumPoolOptions {
  /** With `SAME`, divide by the number of positions inside the image, not by the whole window's. */
  readonly normalizeEdges?: boolean;
}

/** {@link SumPoolOptions}. */
export const poolOptions = { ...windowOptions, ...axesOptions };

const avgPoolOptions = { ...windowOptions, normalizeEdges: byDefault(false, flag), ...axesOptions };

/**
 * Mean over windows, by the whole window's size unless `normalizeEdges` says otherwise.
 *
 * K'[P,P'] = mean over a and b of K[P·s + a, P'·s + b], a and b running over the window independently; Θ alike.
 *
 * @param windowShape window size, one entry per spatial axis.
 * @throws ShapeError when a size is not a positive integer, strides and window differ in length, and, from `init` and
 *   `kernel`, when the window does not fit the image.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { apply } = stax.AvgPool([2], { strides: [2] });
 * console.log(apply([], tf.tensor3d([[[1], [3], [5], [9]]])).dataSync()); // Float32Array(2) [ 2, 7 ]
 * ```
 */
export function AvgPool(windowShape: Shape, options: AvgPoolOptions = {}): Layer {
  const { normalizeEdges, ...read } = readOptions('AvgPool', options, avgPoolOptions);
  return pool('AvgPool', windowShape, read, normalizeEdges && read.padding === 'SAME' ? 'taps' : 'window');
}

/**
 * Sum over windows.
 *
 * K'[P,P'] = sum over a and b of K[P·s + a, P'·s + b], a and b running over the window independently; Θ alike.
 *
 * @param windowShape window size, one entry per spatial axis.
 * @throws ShapeError when a size is not a positive integer, strides and window differ in length, and, from `init` and
 *   `kernel`, when the window does not fit the image.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { apply } = stax.SumPool([2], { padding: 'SAME' });
 * console.log(apply([], tf.tensor3d([[[1], [3], [5]]])).dataSync()); // Float32Array(3) [ 4, 8, 5 ]
 * ```
 */
export function SumPool(windowShape: Shape, options: SumPoolOptions = {}): Layer {
  return pool('SumPool', windowShape, readOptions('SumPool', options, poolOptions), 'nothing');
}

function pool(
  name: string,
  windowShape: Shape,
  { strides: given, padding, ...request }: Complete<typeof poolOptions>,
  divideBy: 'window' | 'taps' | 'nothing',
): Layer {
  const strides = stridesOf(name, sizes(windowShape, name, 'windowShape'), given);
  const size = sizeOf(windowShape);
  const windows = (shape: Shape) => windowsOf(name, spatialOf(shape), windowShape, strides, padding);
  const edgeWeights = (shape: Shape) =>
    tapCounts(spatialOf(shape), windows(shape)).map((counts) => counts.map((count) => 1 / count));
  return makeLayer({
    name,
    axes: { input: request },
    outShape: (shape) => [...windows(shape).out, channelsOf(shape)],
    mask: (mask, shape) => atCentres(requireOneChannel(name, mask), windows(shape)),
    apply(_, x) {
      const shape = x.shape.slice(1);
      const sum = windowSum(x, windows(shape));
      if (divideBy === 'window') return tf.div(sum, size);
      if (divideBy === 'nothing') return sum;
      return edgeWeights(shape).reduce((y, weights, axis) => {
        const along = Array<number>(x.rank)
          .fill(1)
          .with(axis + 1, weights.length);
        return tf.mul(y, tf.tensor(weights, along));
      }, sum);
    },
    propagate(k, shape) {
      const scale = divideBy === 'window' ? 1 / size ** 2 : 1;
      const pooled = covered(k, windows(k.shape), (fields) => ({ op: 'pool', ...fields, scale }));
      const weighed =
        divideBy === 'taps'
          ? append(pooled, [{ op: 'weigh', shape: spatialOf(shape), weights: edgeWeights(k.shape) }])
          : pooled;
      return { ...weighed, shape };
    },
  });
}
