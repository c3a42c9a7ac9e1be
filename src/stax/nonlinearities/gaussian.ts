import * as tf from '#tf';
import { byDefault, readOptions } from '../../base/options.js';
import type { Layer } from '../layer/layer.js';
import { finite } from '../layer/options.js';
import { makeNonlinearity } from './nonlinearity.js';

/** Options of `Gaussian`. */
export interface GaussianOptions {
  /** Factor on the output; 1 by default. */
  readonly a?: number;
  /** Factor in the exponent; −1 by default. */
  readonly b?: number;
}

const gaussianOptions = { a: byDefault(1, finite), b: byDefault(-1, finite) };

/**
 * a·exp(b·x²).
 *
 * K' = a²/√((1−2bq1)(1−2bq2) − 4b²K²), Θ' = Θ·∂K'/∂K.
 *
 * @throws RangeError when a or b is not a finite number.
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian.
 * @remarks For b > 0 the second moments are finite only while variances stay below 1/(4b); they are infinite beyond.
 * @source C. Williams, Computing with infinite networks, 1997.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.Gaussian({ b: -0.5 }));
 * console.log(kernel(tf.tensor2d([[1, 0], [1, 1]]), null, 'nngp').dataSync()[1].toFixed(4)); // 0.6030
 * ```
 */
export function Gaussian(options: GaussianOptions = {}): Layer {
  const { a, b } = readOptions('Gaussian', options, gaussianOptions);
  return makeNonlinearity({
    name: 'Gaussian',
    dual: { fn: 'gaussian', params: [Math.sign(b)] },
    inputScale: Math.sqrt(Math.abs(b)),
    outputScale: a,
    apply: (x) => tf.mul(tf.exp(tf.mul(tf.square(x), b)), a),
  });
}
