import * as tf from '#tf';
import { byDefault, readOptions } from '../../base/options.js';
import type { Layer } from '../layer/layer.js';
import { finite } from '../layer/options.js';
import { makeNonlinearity } from './nonlinearity.js';

/** Options of `Sin` and `Cos`. */
export interface SinOptions {
  /** Factor on the output; 1 by default. */
  readonly a?: number;
  /** Factor on the input; 1 by default. */
  readonly b?: number;
  /** Phase, in radians; 0 by default. */
  readonly c?: number;
}

const sinOptions = { a: byDefault(1, finite), b: byDefault(1, finite), c: byDefault(0, finite) };

/**
 * a·sin(b·x + c).
 *
 * With K, q1, q2 scaled by b²: K' = (a²/2)·(e^(K−(q1+q2)/2) − cos(2c)·e^(−K−(q1+q2)/2)), Θ' = Θ·∂K'/∂K.
 *
 * @throws RangeError when a, b or c is not a finite number.
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian.
 * @source A. Pearce et al., Expressive priors in Bayesian neural networks: kernel combinations and periodic functions,
 *   2019.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.Sin({ b: 2 }), stax.Dense(1));
 * const nngp = kernel(tf.tensor2d([[1, 0]]), null, 'nngp');
 * console.log(nngp.dataSync()[0].toFixed(4)); // 0.4908
 * ```
 */
export function Sin(options: SinOptions = {}): Layer {
  return wave('Sin', options, 0);
}

/**
 * a·cos(b·x + c), i.e. `Sin` with a quarter of a period more of phase.
 *
 * @throws RangeError when a, b or c is not a finite number.
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.Cos({ b: 2 }));
 * console.log(kernel(tf.tensor2d([[1, 0], [1, 1]]), null, 'nngp').dataSync()[1].toFixed(4)); // 0.1873
 * ```
 */
export function Cos(options: SinOptions = {}): Layer {
  return wave('Cos', options, Math.PI / 2);
}

function wave(name: string, options: SinOptions, quarter: number): Layer {
  const { a, b, c } = readOptions(name, options, sinOptions);
  return makeNonlinearity({
    name,
    dual: { fn: 'sine', params: [c + quarter] },
    inputScale: b,
    outputScale: a,
    apply: (x) => tf.mul(tf.sin(tf.add(tf.mul(x, b), c + quarter)), a),
  });
}
