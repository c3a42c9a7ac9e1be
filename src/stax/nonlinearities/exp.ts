import * as tf from '#tf';
import { byDefault, readOptions } from '../../base/options.js';
import type { Layer } from '../layer/layer.js';
import { finite } from '../layer/options.js';
import { makeNonlinearity } from './nonlinearity.js';

/** Options of `Exp`. */
export interface ExpOptions {
  /** Factor on the output; 1 by default. */
  readonly a?: number;
  /** Factor on the input; 1 by default. */
  readonly b?: number;
}

const expOptions = { a: byDefault(1, finite), b: byDefault(1, finite) };

/**
 * a·exp(b·x).
 *
 * K' = a²·exp(b²·(K + (q1+q2)/2)), Θ' = Θ·∂K'/∂K.
 *
 * @throws RangeError when a or b is not a finite number.
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian.
 * @remarks K' grows exponentially in the variances: finite networks approach it at very large widths only.
 * @source A. Daniely et al., Toward deeper understanding of neural networks, 2016.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.Exp({ b: 0.5 }));
 * console.log(kernel(tf.tensor2d([[1, 0], [1, 1]]), null, 'nngp').dataSync()[1].toFixed(4)); // 1.3668
 * ```
 */
export function Exp(options: ExpOptions = {}): Layer {
  const { a, b } = readOptions('Exp', options, expOptions);
  return makeNonlinearity({
    name: 'Exp',
    dual: { fn: 'exponential', params: [1] },
    inputScale: b,
    outputScale: a,
    apply: (x) => tf.mul(tf.exp(tf.mul(x, b)), a),
  });
}
