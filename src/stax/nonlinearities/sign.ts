import * as tf from '#tf';
import type { Layer } from '../layer/layer.js';
import { makeNonlinearity } from './nonlinearity.js';

/**
 * The sign of x: −1, 0 or 1.
 *
 * With θ the angle between the two activations: K' = 1 − 2θ/π (0 where a variance is 0), Θ' = 0.
 *
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian.
 * @source Y. Cho and L. Saul, Kernel methods for deep learning, 2009 (arc-cosine kernel of degree 0).
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.Sign());
 * console.log(kernel(tf.tensor2d([[1, 0], [1, 1]]), null, 'nngp').dataSync()[1].toFixed(4)); // 0.5000
 * ```
 */
export function Sign(): Layer {
  return makeNonlinearity({
    name: 'Sign',
    dual: { fn: 'sign', params: [] },
    apply: (x) => tf.sign(x),
  });
}
