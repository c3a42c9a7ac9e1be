import type { Tensor } from '#tf';
import * as tf from '#tf';
import type { Layer } from '../layer/layer.js';
import { whole } from '../layer/options.js';
import { makeNonlinearity } from './nonlinearity.js';

/**
 * The normalized probabilists' Hermite polynomial He_n(x)/√n!, n being `degree`.
 *
 * K' = Kⁿ, Θ' = n·Kⁿ⁻¹·Θ.
 *
 * @throws RangeError when degree is not a whole number of at least 0.
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian.
 * @remarks The kernel is that of activations of variance 1, as in Neural Tangents: normalize them before. At other
 * variances the finite network's kernel is that of `Polynomial` with the Hermite polynomial's coefficients.
 * @source A. Daniely et al., Toward deeper understanding of neural networks, 2016.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.LayerNorm(), stax.Hermite(2));
 * console.log(kernel(tf.tensor2d([[1, 0], [1, 1]]), null, 'nngp').dataSync()[1].toFixed(4)); // 0.5000
 * ```
 */
export function Hermite(degree: number): Layer {
  whole(degree, 'Hermite', 'degree');
  return makeNonlinearity({
    name: 'Hermite',
    dual: { fn: 'hermite', params: [degree] },
    apply(x) {
      let before: Tensor = tf.mul(x, 0);
      let last: Tensor = tf.add(before, 1);
      // √(k+1)·h_{k+1} = x·h_k − √k·h_{k−1} of the normalized polynomials.
      for (let k = 0; k < degree; k++) {
        const next = tf.sub(tf.mul(x, last), tf.mul(before, Math.sqrt(k)));
        before = last;
        last = tf.div(next, Math.sqrt(k + 1));
      }
      return last;
    },
  });
}
