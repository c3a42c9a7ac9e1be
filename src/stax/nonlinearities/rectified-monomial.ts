import * as tf from '#tf';
import type { Layer } from '../layer/layer.js';
import { whole } from '../layer/options.js';
import { makeNonlinearity } from './nonlinearity.js';

/**
 * x^degree where x ≥ 0, else 0.
 *
 * With θ the angle between the two activations and s = √(q1q2)·sin θ: K' = G_n/2π, Θ' = Θ·n²·G_{n−1}/2π with G_0 = π − θ,
 * G_1 = s + K·G_0 and G_{m+1} = (2m+1)·K·G_m + m²·s²·G_{m−1}, which divides by nothing.
 *
 * @throws RangeError when degree is not a whole number of at least 0.
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian.
 * @source Y. Cho and L. Saul, Kernel methods for deep learning, 2009 (arc-cosine kernel of degree `degree`).
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.RectifiedMonomial(2));
 * console.log(kernel(tf.tensor2d([[1, 0], [1, 1]]), null, 'nngp').dataSync()[1].toFixed(4)); // 0.4944
 * ```
 */
export function RectifiedMonomial(degree: number): Layer {
  whole(degree, 'RectifiedMonomial', 'degree');
  return makeNonlinearity({
    name: 'RectifiedMonomial',
    dual: { fn: 'rectifiedMonomial', params: [degree] },
    apply(x) {
      // 1[x ≥ 0] by functions that have a gradient, 0.
      if (degree === 0) return tf.add(tf.neg(tf.relu(tf.neg(tf.sign(x)))), 1);
      let power = tf.relu(x);
      for (let k = 1; k < degree; k++) power = tf.mul(power, tf.relu(x));
      return power;
    },
  });
}
