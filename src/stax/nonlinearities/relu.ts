import * as tf from '#tf';
import { anything, optional, readOptions } from '../../base/options.js';
import type { Layer } from '../layer/layer.js';
import { finite } from '../layer/options.js';
import { makeNonlinearity } from './nonlinearity.js';

/** Options of the rectifiers. */
export interface ReluOptions {
  /**
   * Accepted for compatibility with Neural Tangents, without effect: the dual used here is invariant to the scale of
   * its input and needs no stabilisation.
   */
  readonly doStabilize?: boolean;
}

const reluOptions = { doStabilize: optional(anything<boolean>()) };

/**
 * a·min(x, 0) + b·max(x, 0).
 *
 * With θ the angle between the two activations: K' = (a−b)²/(2π)·√q1√q2·sin θ + D·K, Θ' = D·Θ with
 * D = (a² + b²)/2 − (a−b)²·θ/(2π).
 *
 * @throws RangeError when a or b is not a finite number.
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian.
 * @source Y. Cho and L. Saul, Kernel methods for deep learning, 2009, eq. 4 (arc-cosine kernels of degree 0 and 1).
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.ABRelu(-0.5, 1));
 * console.log(kernel(tf.tensor2d([[1, 0], [1, 1]]), null, 'nngp').dataSync()[1].toFixed(4)); // 0.3509
 * ```
 */
export function ABRelu(a: number, b: number, options: ReluOptions = {}): Layer {
  return rectifier('ABRelu', a, b, options);
}

/**
 * max(x, 0), i.e. `ABRelu(0, 1)`.
 *
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.Relu());
 * console.log(kernel(tf.tensor2d([[1, 0], [1, 1]]), null, 'nngp').dataSync()[1].toFixed(4)); // 0.2671
 * ```
 */
export function Relu(options: ReluOptions = {}): Layer {
  return rectifier('Relu', 0, 1, options);
}

/**
 * max(x, 0) + alpha·min(x, 0), i.e. `ABRelu(alpha, 1)`.
 *
 * @throws RangeError when alpha is not a finite number.
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.LeakyRelu(0.1));
 * console.log(kernel(tf.tensor2d([[1, 0], [1, 1]]), null, 'nngp').dataSync()[1].toFixed(4)); // 0.2663
 * ```
 */
export function LeakyRelu(alpha: number, options: ReluOptions = {}): Layer {
  return rectifier('LeakyRelu', alpha, 1, options);
}

/**
 * |x|, i.e. `ABRelu(-1, 1)`.
 *
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.Abs());
 * console.log(kernel(tf.tensor2d([[1, 0], [1, 1]]), null, 'nngp').dataSync()[1].toFixed(4)); // 0.5683
 * ```
 */
export function Abs(options: ReluOptions = {}): Layer {
  return rectifier('Abs', -1, 1, options);
}

function rectifier(name: string, a: number, b: number, options: ReluOptions): Layer {
  readOptions(name, options, reluOptions);
  finite(a, name, name === 'LeakyRelu' ? 'alpha' : 'a');
  finite(b, name, 'b');
  return makeNonlinearity({
    name,
    dual: { fn: 'abRelu', params: [a, b] },
    apply(x) {
      const positive = tf.mul(tf.relu(x), b);
      return a === 0 ? positive : tf.sub(positive, tf.mul(tf.relu(tf.neg(x)), a));
    },
  });
}
