import * as tf from '#tf';
import { sizeOf } from '../../base/nd-array.js';
import { anything, byDefault, readOptions } from '../../base/options.js';
import { axesOptions } from '../../tracing/axes.js';
import { flattened } from '../../tracing/mask-maps.js';
import { append, spatialOf } from '../../tracing/symbolic.js';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';

/** Options of `Flatten`. */
export interface FlattenOptions {
  /** Axis of the samples in the inputs; 0 by default, negative ones count from the end. */
  readonly batchAxis?: number;
  /** Axis of the samples in the outputs `[n, channels]` (0, default) or `[channels, n]` (1). */
  readonly batchAxisOut?: number;
}

const flattenOptions = {
  batchAxis: axesOptions.batchAxis,
  batchAxisOut: byDefault(0, anything<number>()),
};

/**
 * Joins all axes but the batch into channels: K' = mean over positions p of K[p, p]; Θ alike.
 *
 * The channels come from different positions, hence are no longer identically distributed: a nonlinearity may
 * follow only after a `Dense` layer.
 *
 * @throws RangeError when `batchAxisOut` is not 0, 1, −1 or −2, or `batchAxis` is not an integer.
 *
 * @example
 * ```ts
 * import { random, stax } from 'neural-tangents';
 * const { init } = stax.Flatten();
 * const [outputShape] = init(random.key(0), [-1, 8, 8, 3]);
 * console.log(outputShape); // [ -1, 192 ]
 * ```
 */
export function Flatten(options: FlattenOptions = {}): Layer {
  const { batchAxis, batchAxisOut } = readOptions('Flatten', options, flattenOptions);
  if (![0, 1, -1, -2].includes(batchAxisOut)) {
    throw new RangeError(`Flatten: batchAxisOut must be 0 or 1, got ${batchAxisOut}: outputs have two axes.`);
  }
  const samples = (batchAxisOut + 2) % 2;
  return makeLayer({
    name: 'Flatten',
    axes: {
      input: { batchAxis, channelAxis: null },
      output: () => ({ batchAxis: samples, channelAxis: 1 - samples }),
    },
    outShape: (shape) => [sizeOf(shape)],
    remask: false,
    mask: flattened,
    apply: (_, x) => tf.reshape(x, [x.shape[0], sizeOf(x.shape.slice(1))]),
    propagate(k, shape) {
      const op = k.builder.op(k.node);
      if (op.op === 'gram') {
        // The mean over positions of the inputs' covariances is that of the flattened inputs: one matrix product.
        const node = k.builder.emit({ ...op, shape: [], channels: sizeOf(shape) });
        return { ...k, node, shape };
      }
      const facts = { shape, isGaussian: false, origin: 'the output of Flatten' };
      const image = spatialOf(k.shape);
      if (image.length === 0) return { ...k, ...facts };
      const strides = image.map(() => 1);
      const low = image.map(() => 0);
      return append(k, [{ op: 'patchMean', shape: [], window: image, strides, low }], facts);
    },
  });
}
