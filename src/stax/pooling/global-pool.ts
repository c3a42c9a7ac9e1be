import * as tf from '#tf';
import { sizeOf } from '../../base/nd-array.js';
import { readOptions } from '../../base/options.js';
import type { Mask } from '../../program/row.js';
import { type AxesOptions, axesOptions, withoutSpatial } from '../../tracing/axes.js';
import { overPositions, requireOneChannel } from '../../tracing/mask-maps.js';
import { append, channelsOf, spatialOf } from '../../tracing/symbolic.js';
import { weighedBySample } from '../../tracing/symbolic-mask.js';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';

/**
 * Mean over all positions: K' = mean over p and p' of K[p, p']; Θ alike.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { apply } = stax.GlobalAvgPool();
 * console.log(apply([], tf.tensor3d([[[1], [2], [6]]])).dataSync()); // Float32Array(1) [ 3 ]
 * ```
 */
export function GlobalAvgPool(options: AxesOptions = {}): Layer {
  return globalPool('GlobalAvgPool', options, true);
}

/**
 * Sum over all positions: K' = sum over p and p' of K[p, p']; Θ alike.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { apply } = stax.GlobalSumPool();
 * console.log(apply([], tf.tensor3d([[[1], [2], [6]]])).dataSync()); // Float32Array(1) [ 9 ]
 * ```
 */
export function GlobalSumPool(options: AxesOptions = {}): Layer {
  return globalPool('GlobalSumPool', options, false);
}

function globalPool(name: string, options: AxesOptions, average: boolean): Layer {
  const request = readOptions(name, options, axesOptions);
  return makeLayer({
    name,
    axes: { input: request, output: withoutSpatial },
    outShape: (shape) => [channelsOf(shape)],
    remask: false,
    mask: (mask) => (mask.shape.length === 1 ? mask : overPositions(requireOneChannel(name, mask))),
    apply(_, x, { visible }) {
      const axes = x.shape.slice(1, -1).map((__, i) => i + 1);
      if (!average) return tf.sum(x, axes);
      return visible && axes.length > 0
        ? tf.div(tf.sum(x, axes), tf.maximum(tf.sum(visible, axes), 1))
        : tf.mean(x, axes);
    },
    propagate(k, shape) {
      const image = spatialOf(k.shape);
      if (image.length === 0) return k;
      // Of masked samples the mean is over visible positions, each of which weighs by one over their number.
      const weighs = average && k.mask;
      const weighed = weighs ? weighedBySample(k, weighs, meanWeights) : k;
      return append(
        weighed,
        [
          {
            op: 'pool',
            shape: [],
            window: image,
            strides: image.map(() => 1),
            low: image.map(() => 0),
            scale: average && !weighs ? 1 / sizeOf(image) ** 2 : 1,
          },
        ],
        { shape },
      );
    },
  });
}

/** One over the number of visible positions, for each position. */
function meanWeights({ data }: Mask): Float64Array {
  const visible = data.reduce((count, entry) => count + 1 - entry, 0);
  return new Float64Array(data.length).fill(1 / Math.max(visible, 1));
}
