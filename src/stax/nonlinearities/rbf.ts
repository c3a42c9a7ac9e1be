import * as tf from '#tf';
import type { Layer } from '../layer/layer.js';
import { atLeastZero } from '../layer/options.js';
import { makeNonlinearity } from './nonlinearity.js';

/**
 * √2·sin(√(2·gamma)·x + π/4), whose kernel is the RBF kernel exp(−gamma·(q1 + q2 − 2K)) of the activations before.
 *
 * @param gamma at least 0; 1 by default.
 * @throws RangeError when gamma is negative or not finite.
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian.
 * @source A. Rahimi and B. Recht, Random features for large-scale kernel machines, 2007.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.Rbf(0.5));
 * const nngp = kernel(tf.tensor2d([[0, 0], [2, 0]]), null, 'nngp');
 * console.log(nngp.dataSync()[1].toFixed(4)); // 0.3679
 * ```
 */
export function Rbf(gamma = 1): Layer {
  atLeastZero(gamma, 'Rbf', 'gamma');
  const frequency = Math.sqrt(2 * gamma);
  return makeNonlinearity({
    name: 'Rbf',
    dual: { fn: 'exponential', params: [-1] },
    inputScale: frequency,
    apply: (x) => tf.mul(tf.sin(tf.add(tf.mul(x, frequency), Math.PI / 4)), Math.SQRT2),
  });
}
