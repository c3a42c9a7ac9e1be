import * as tf from '#tf';
import type { Layer } from '../layer/layer.js';
import { makeNonlinearity } from './nonlinearity.js';

/**
 * exp(−x²)·sin x.
 *
 * With e = (1+2q1)(1+2q2) − 4K² and d = 4(q1q2−K²):
 * K' = [exp(−(q1+q2+d−2K)/(2e)) − exp(−(q1+q2+d+2K)/(2e))]/(2√e), Θ' = Θ·∂K'/∂K.
 *
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.Gabor());
 * console.log(kernel(tf.tensor2d([[1, 0], [1, 1]]), null, 'nngp').dataSync()[1].toFixed(4)); // 0.0349
 * ```
 */
export function Gabor(): Layer {
  return makeNonlinearity({
    name: 'Gabor',
    dual: { fn: 'gabor', params: [] },
    apply: (x) => tf.mul(tf.exp(tf.neg(tf.square(x))), tf.sin(x)),
  });
}
