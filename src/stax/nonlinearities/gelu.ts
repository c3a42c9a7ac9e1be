import * as tf from '#tf';
import { byDefault, flag, readOptions } from '../../base/options.js';
import type { Layer } from '../layer/layer.js';
import { makeNonlinearity } from './nonlinearity.js';

/** Options of `Gelu`. */
export interface GeluOptions {
  /** Run the finite layer with the usual tanh approximation; the kernel is that of the exact function. */
  readonly approximate?: boolean;
}

const geluOptions = { approximate: byDefault(false, flag) };

/**
 * x·Φ(x), Φ being the standard normal distribution function.
 *
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian.
 * @source R. Tsuchida et al., Avoiding kernel fixed points: computing with ELU and GELU infinite networks, 2021,
 *   https://arxiv.org/abs/2002.08517, section 3.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.Gelu());
 * console.log(kernel(tf.tensor2d([[1, 0], [1, 1]]), null, 'nngp').dataSync()[1].toFixed(4)); // 0.2003
 * ```
 */
export function Gelu(options: GeluOptions = {}): Layer {
  const { approximate } = readOptions('Gelu', options, geluOptions);
  return makeNonlinearity({
    name: 'Gelu',
    dual: { fn: 'gelu', params: [] },
    apply(x) {
      const twiceCdf = approximate
        ? tf.add(
            tf.tanh(tf.mul(tf.add(x, tf.mul(tf.mul(tf.mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI))),
            1,
          )
        : tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1);
      return tf.mul(tf.mul(x, twiceCdf), 0.5);
    },
  });
}
