import * as tf from '#tf';
import { UnsupportedError } from '../../base/errors.js';
import { anything, byDefault, readOptions } from '../../base/options.js';
import type { Mask } from '../../program/row.js';
import { type AxesOptions, axesOptions, resolveAxes, toStandardOrder } from '../../tracing/axes.js';
import { requireOneChannel } from '../../tracing/mask-maps.js';
import { append, channelsOf, type SymbolicKernel, spatialOf } from '../../tracing/symbolic.js';
import { weighedBySample } from '../../tracing/symbolic-mask.js';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';
import { noMasks } from '../layer/no-masks.js';
import { atLeastZero } from '../layer/options.js';

/** Options of `LayerNorm`. */
export interface LayerNormOptions extends AxesOptions {
  /**
   * Axes of the activations `[n, …spatial, channels]` to normalise over, one or a list; the channels have to be among them, the
   * batch may be.
   * −1 (default): the channels alone. Negative ones count from the end.
   */
  readonly axis?: number | readonly number[];
  /** Added to the variance; 1e-12 by default. */
  readonly eps?: number;
}

const layerNormOptions = {
  axis: byDefault(-1, anything<number | readonly number[]>()),
  eps: byDefault(1e-12, atLeastZero),
  ...axesOptions,
};

/**
 * (x − mean)/√(eps + variance) over the channels, and spatial axes and the batch if named; without trainable factors.
 *
 * K'[p, p'] = K[p, p']/√(v1[p]·v2[p']) with v[p] = eps + the variance q[p], averaged over the spatial axes among
 * `axis`; Θ alike, as the derivative of the normalisation vanishes with infinitely many channels. With the batch among
 * `axis` it is averaged over x1's samples for x1, over x2's for x2, and the kernel runs on the `tf` executor.
 *
 * @throws RangeError when an axis is not an integer, or eps is not a finite number of at least 0; from `init` and `kernel` when
 *   there is no such axis.
 * @throws UnsupportedError from `init` and `kernel` when the channels are not among the axes, from `kernel` when the activations before
 *   are not Gaussian, and from `gram` when the batch is among the axes.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64, { wStd: 3 }), stax.LayerNorm());
 * console.log(kernel(tf.tensor2d([[1, 0], [3, 4]]), null, 'nngp').dataSync()[1].toFixed(4)); // 0.6000
 * ```
 */
export function LayerNorm(options: LayerNormOptions = {}): Layer {
  const { axis, eps, ...request } = readOptions('LayerNorm', options, layerNormOptions);
  const named: readonly number[] = [axis].flat();
  /** The named axes among those of one sample `[...spatial, channels]`, which has `rank` of them, in order; −1 is the batch. */
  const sampleAxes = (rank: number): number[] => {
    const axes = resolveAxes('LayerNorm', request, rank + 1);
    const order = toStandardOrder(axes, rank + 1);
    const own = named.map((one) => {
      const at = order.indexOf(one < 0 ? rank + 1 + one : one);
      if (at >= 0) return at - 1;
      throw new RangeError(`LayerNorm: axis ${one} is none of activations with ${rank + 1} axes.`);
    });
    if (!own.includes(rank - 1)) {
      throw new UnsupportedError(
        `LayerNorm: axis must hold the channels (${axes.channelAxis}), got [${named}]. Pass e.g. { axis: ${request.channelAxis} }.`,
      );
    }
    return [...new Set(own)].sort((a, b) => a - b);
  };
  return makeLayer({
    name: 'LayerNorm',
    axes: { input: request },
    outShape(shape) {
      sampleAxes(shape.length);
      return shape;
    },
    remask: false,
    mask(mask, shape) {
      if (!sampleAxes(shape.length).includes(-1)) return requireOneChannel('LayerNorm', mask);
      return noMasks('LayerNorm');
    },
    apply(_, x, { visible }) {
      const over = sampleAxes(x.rank - 1).map((own) => own + 1);
      if (visible === undefined) {
        const { mean, variance } = tf.moments(x, over, true);
        return tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, eps)));
      }
      const count = tf.mul(tf.maximum(tf.sum(visible, over, true), 1), channelsOf(x.shape));
      const centred = tf.mul(tf.sub(x, tf.div(tf.sum(x, over, true), count)), visible);
      return tf.div(centred, tf.sqrt(tf.add(tf.div(tf.sum(tf.square(centred), over, true), count), eps)));
    },
    propagate(k) {
      const shape = spatialOf(k.shape);
      const own = sampleAxes(k.shape.length);
      const axes = own.filter((axis) => axis >= 0 && axis < shape.length);
      if (!k.isGaussian) {
        throw new UnsupportedError(
          `LayerNorm: needs Gaussian activations, got ${k.origin}. Put a Dense or Conv layer before it.`,
        );
      }
      if (own.includes(-1)) return append(k, [{ op: 'normalizeBatch', shape, axes, eps }]);
      const normalized = (input: SymbolicKernel) => append(input, [{ op: 'normalize', shape, axes, eps }]);
      if (k.mask === null || axes.length === 0) return normalized(k);
      // The mean over visible positions is that over all times what these weigh; their roots come in and go out again.
      const share = (mask: Mask) => visibleShares(mask, axes);
      const weighed = weighedBySample(k, k.mask, (mask) => share(mask).map((s) => 1 / Math.sqrt(s)));
      return weighedBySample(normalized(weighed), k.mask, (mask) => share(mask).map(Math.sqrt));
    },
  });
}

/** For each position the share of visible ones among those that have its place on all axes but `axes`; of none, that of one. */
function visibleShares({ shape, data }: Mask, axes: readonly number[]): Float64Array {
  const places = Array.from(data, (_, at) =>
    placeOf(at, shape)
      .filter((__, axis) => !axes.includes(axis))
      .join(),
  );
  const counts = new Map<string, number>();
  const sizes = new Map<string, number>();
  places.forEach((place, at) => {
    counts.set(place, (counts.get(place) ?? 0) + 1 - data[at]);
    sizes.set(place, (sizes.get(place) ?? 0) + 1);
  });
  return Float64Array.from(places, (place) => Math.max(counts.get(place)!, 1) / sizes.get(place)!);
}

/** The index along each axis of entry `at` of a row-major array. */
function placeOf(at: number, shape: readonly number[]): number[] {
  const place = shape.map(() => 0);
  let rest = at;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place[axis] = rest % shape[axis];
    rest = (rest - place[axis]) / shape[axis];
  }
  return place;
}
