import { UnsupportedError } from '../../base/errors.js';
import { byDefault, flag, readOptions } from '../../base/options.js';
import type { Layer } from '../layer/layer.js';
import { atLeastZero, finite } from '../layer/options.js';
import { makeNonlinearity } from './nonlinearity.js';

/** Options of `ExpNormalized`. */
export interface ExpNormalizedOptions {
  /** Factor on the cosine; at least 0, 1 by default. */
  readonly gamma?: number;
  /** Added to the cosine; −1 by default. */
  readonly shift?: number;
  /** Clip the cosine to [−1, 1], against rounding; false by default. */
  readonly doClip?: boolean;
}

const expNormalizedOptions = {
  gamma: byDefault(1, atLeastZero),
  shift: byDefault(-1, finite),
  doClip: byDefault(false, flag),
};

/**
 * The kernel √(q1q2)·exp(gamma·(c + shift)) of the cosine c = K/√(q1q2): 0 where a variance is 0.
 *
 * Kernel only: `apply` is refused, as no function of one activation has this dual at every variance.
 *
 * @throws RangeError when gamma is negative, or gamma or shift not a finite number.
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian, and from `apply`.
 * @source J. Mairal et al., Convolutional kernel networks, 2014.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.ExpNormalized({ gamma: 2 }));
 * console.log(kernel(tf.tensor2d([[1, 0], [1, 1]]), null, 'nngp').dataSync()[1].toFixed(4)); // 0.3936
 * ```
 */
export function ExpNormalized(options: ExpNormalizedOptions = {}): Layer {
  const { gamma, shift, doClip } = readOptions('ExpNormalized', options, expNormalizedOptions);
  return makeNonlinearity({
    name: 'ExpNormalized',
    dual: { fn: 'expNormalized', params: [gamma, shift, doClip ? 1 : 0] },
    apply() {
      throw new UnsupportedError('ExpNormalized: has a kernel, but no finite network. Use `kernel` alone.');
    },
  });
}
