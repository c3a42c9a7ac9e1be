import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';

/**
 * Leaves everything as it is: the skip connection of a residual block.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const branch = stax.serial(stax.Relu(), stax.Dense(64));
 * const block = [stax.FanOut(2), stax.parallel(stax.Identity(), branch), stax.FanInSum()] as const;
 * const { kernel } = stax.serial(stax.Dense(64), ...block);
 * console.log(kernel(tf.tensor2d([[1]]), null, 'nngp').arraySync()); // [ [ 1.5 ] ]
 * ```
 */
export function Identity(): Layer {
  return makeLayer({
    name: 'Identity',
    axes: null,
    outShape: (shape) => shape,
    apply: (_, x) => x.clone(),
    propagate: (k) => k,
  });
}
