import * as tf from '#tf';
import { readOptions } from '../../base/options.js';
import { type AxesOptions, axesOptions } from '../../tracing/axes.js';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';
import { noClosedForm } from '../layer/no-closed-form.js';

/**
 * e^x over its sum, over the channels. A finite layer alone: `kernel` is refused.
 *
 * @throws UnsupportedError from `kernel`: over finitely many channels the covariance has no closed form, and over infinitely many
 *   every entry is 0.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { apply } = stax.Softmax();
 * console.log(apply([], tf.tensor2d([[2, 2]])).dataSync()); // Float32Array(2) [ 0.5, 0.5 ]
 * ```
 */
export function Softmax(options: AxesOptions = {}): Layer {
  const request = readOptions('Softmax', options, axesOptions);
  return makeLayer({
    name: 'Softmax',
    axes: { input: request },
    outShape: (shape) => shape,
    apply: (_, x) => tf.softmax(x),
    propagate: () => noClosedForm('Softmax', 'GlobalSelfAttention has a kernel with softmax over positions.'),
  });
}
