import * as tf from '#tf';
import { byDefault, readOptions } from '../../base/options.js';
import type { Layer } from '../layer/layer.js';
import { finite } from '../layer/options.js';
import { makeNonlinearity } from './nonlinearity.js';

/** Options of `Erf`. */
export interface ErfOptions {
  /** Factor on the output; 1 by default. */
  readonly a?: number;
  /** Factor on the input; 1 by default. */
  readonly b?: number;
  /** Constant added to the output; 0 by default. */
  readonly c?: number;
}

const erfOptions = { a: byDefault(1, finite), b: byDefault(1, finite), c: byDefault(0, finite) };

/**
 * a·erf(b·x) + c.
 *
 * With K, q1, q2 scaled by b²: K' = a²·(2/π)·asin(2K/√((1 + 2q1)(1 + 2q2))) + c², Θ' = Θ·∂K'/∂K.
 *
 * @throws RangeError when a, b or c is not a finite number.
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian.
 * @source C. Williams, Computing with infinite networks, 1997, eq. 11.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.Erf());
 * console.log(kernel(tf.tensor2d([[1, 0], [1, 1]]), null, 'nngp').dataSync()[1].toFixed(4)); // 0.2677
 * ```
 */
export function Erf(options: ErfOptions = {}): Layer {
  const { a, b, c } = readOptions('Erf', options, erfOptions);
  return makeNonlinearity({
    name: 'Erf',
    dual: { fn: 'erf', params: [] },
    inputScale: b,
    outputScale: a,
    outputShift: c,
    apply: (x) => tf.add(tf.mul(tf.erf(tf.mul(x, b)), a), c),
  });
}
