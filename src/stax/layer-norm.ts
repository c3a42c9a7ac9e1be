import * as tf from '@tensorflow/tfjs';
import { checkOptions } from '../check-options.js';
import { UnsupportedError } from '../errors.js';
import {
  type AxesOptions,
  axesOptionNames,
  axesRequest,
  resolveAxes,
  toStandardOrder,
} from '../kernel/axes.js';
import { append, spatialOf } from '../kernel/symbolic.js';
import { type Layer, makeLayer } from './layer.js';
import { checkNumber } from './options.js';

/** Options of `LayerNorm`. */
export interface LayerNormOptions extends AxesOptions {
  /**
   * Axes of the activations `[n, …spatial, channels]` to normalise over, one or a list; the channels have to be among them.
   * −1 (default): the channels alone. Negative ones count from the end.
   */
  readonly axis?: number | readonly number[];
  /** Added to the variance; 1e-12 by default. */
  readonly eps?: number;
}

/**
 * (x − mean)/√(eps + variance) over the channels, and spatial axes if named; without trainable factors.
 *
 * K'[p, p'] = K[p, p']/√(v1[p]·v2[p']) with v[p] = eps + the variance q[p], averaged over the spatial axes among
 * `axis`; Θ alike, as the derivative of the normalisation vanishes with infinitely many channels.
 *
 * @throws RangeError when an axis is not an integer, or eps is not a finite number of at least 0; from `init` and `kernel` when
 *   there is no such axis.
 * @throws UnsupportedError when the batch is among the axes; from `init` and `kernel` when the channels are not, and
 *   from `kernel` when the activations before are not Gaussian.
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
  checkOptions('LayerNorm', options, ['axis', 'eps', ...axesOptionNames]);
  const { axis = -1, eps = 1e-12 } = options;
  checkNumber('LayerNorm', 'eps', eps);
  if (eps < 0) throw new RangeError(`LayerNorm: eps must be at least 0, got ${eps}.`);
  const named: readonly number[] = [axis].flat();
  const request = axesRequest('LayerNorm', options);
  /** The named axes among those of one sample `[...spatial, channels]`, which has `rank` of them, in order. */
  const sampleAxes = (rank: number): number[] => {
    const axes = resolveAxes('LayerNorm', request, rank + 1);
    const order = toStandardOrder(axes, rank + 1);
    const own = named.map((one) => {
      const at = order.indexOf(one < 0 ? rank + 1 + one : one);
      if (at >= 0) return at - 1;
      throw new RangeError(`LayerNorm: axis ${one} is none of activations with ${rank + 1} axes.`);
    });
    if (own.includes(-1)) {
      throw new UnsupportedError(
        `LayerNorm: axis must not hold the batch (${axes.batchAxis}): a sample would depend on the others. Leave it out.`,
      );
    }
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
    apply(_, x) {
      const { mean, variance } = tf.moments(
        x,
        sampleAxes(x.rank - 1).map((own) => own + 1),
        true,
      );
      return x.sub(mean).div(variance.add(eps).sqrt());
    },
    propagate(k) {
      const shape = spatialOf(k.shape);
      const axes = sampleAxes(k.shape.length).filter((own) => own < shape.length);
      if (!k.isGaussian) {
        throw new UnsupportedError(
          `LayerNorm: needs Gaussian activations, got ${k.origin}. Put a Dense or Conv layer before it.`,
        );
      }
      return append(k, [{ op: 'normalize', shape, axes, eps }]);
    },
  });
}
