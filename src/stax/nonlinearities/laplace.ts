import * as tf from '#tf';
import { normal } from '../../random/index.js';
import { append, spatialOf } from '../../tracing/symbolic.js';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';
import { atLeastZero } from '../layer/options.js';
import { scaling } from '../layer/scaling.js';
import { requireGaussian } from './nonlinearity.js';

/**
 * √2·sin(gamma·x/|z| + π/4) with z ~ N(0, 1) drawn for each channel, whose kernel is the Laplace kernel
 * exp(−gamma·√(q1 + q2 − 2K)) of the activations before.
 *
 * Take its `nngp`: the tangent kernel is infinite where two samples are the same, as no channel's frequency is bounded. The kernel
 * has a kink there, and its gradient is taken as 0.
 *
 * @param gamma at least 0; 1 by default.
 * @throws RangeError when gamma is negative or not finite.
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian.
 * @source A. Rahimi and B. Recht, Random features for large-scale kernel machines, 2007. That E exp(−a²/(2z²)) = exp(−a) for
 *   z ~ N(0, 1) makes one frequency for each channel do.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Flatten(), stax.Dense(64, { wStd: Math.SQRT2 }), stax.Laplace(0.5));
 * const nngp = kernel(tf.tensor2d([[0, 0], [2, 0]]), null, 'nngp');
 * console.log(nngp.dataSync()[1].toFixed(4)); // 0.3679
 * ```
 */
export function Laplace(gamma = 1): Layer {
  atLeastZero(gamma, 'Laplace', 'gamma');
  return makeLayer({
    name: 'Laplace',
    axes: { input: { batchAxis: 0, channelAxis: -1 } },
    outShape: (shape) => shape,
    remask: true,
    params: (key, shape) => {
      const z = normal(key, [shape[shape.length - 1]]).data;
      return tf.tensor1d(z.map((value) => gamma / Math.abs(value)));
    },
    apply: (frequencies, x) =>
      tf.mul(tf.sin(tf.add(tf.mul(x, frequencies as tf.Tensor), Math.PI / 4)), Math.SQRT2),
    propagate(k) {
      requireGaussian('Laplace', k);
      const shape = spatialOf(k.shape);
      return append(k, [...scaling(shape, gamma), { op: 'activation', shape, fn: 'laplace', params: [] }], {
        isGaussian: false,
        origin: 'the output of Laplace',
      });
    },
  });
}
