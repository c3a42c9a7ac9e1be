import * as tf from '#tf';
import type { Layer } from '../layer/layer.js';
import { makeNonlinearity } from './nonlinearity.js';

const scale = 1 / 2.4020563531719796;

/**
 * (erf(x/2.402…) + 1)/2, which is close to the logistic function 1/(1 + e^−x) and has the kernel of
 * `Erf({ a: 0.5, b: 1 / 2.4020563531719796, c: 0.5 })`. `ElementwiseNumerical('sigmoid', 25)` is the logistic function
 * itself.
 *
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.Sigmoid_like());
 * console.log(kernel(tf.tensor2d([[1, 0], [1, 1]]), null, 'nngp').dataSync()[1].toFixed(4)); // 0.2720
 * ```
 */
export function Sigmoid_like(): Layer {
  return makeNonlinearity({
    name: 'Sigmoid_like',
    dual: { fn: 'erf', params: [] },
    inputScale: scale,
    outputScale: 0.5,
    outputShift: 0.5,
    apply: (x) => tf.add(tf.mul(tf.erf(tf.mul(x, scale)), 0.5), 0.5),
  });
}
