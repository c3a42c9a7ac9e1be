import * as tf from '#tf';
import { append, spatialOf } from '../../tracing/symbolic.js';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';
import { finite } from '../layer/options.js';
import { scaling } from '../layer/scaling.js';

/**
 * Multiplies activations by a constant, which is not trained: K' = factor²·K; Θ alike.
 *
 * @throws RangeError when `factor` is not a finite number.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.Scale(3));
 * console.log(kernel(tf.tensor2d([[1]]), null, 'nngp').arraySync()); // [ [ 9 ] ]
 * ```
 */
export function Scale(factor: number): Layer {
  finite(factor, 'Scale', 'factor');
  return makeLayer({
    name: 'Scale',
    axes: null,
    outShape: (shape) => shape,
    remask: false,
    apply: (_, x) => tf.mul(x, factor),
    propagate: (k) => append(k, scaling(spatialOf(k.shape), factor)),
  });
}
