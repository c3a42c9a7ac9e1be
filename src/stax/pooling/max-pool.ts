import { readOptions } from '../../base/options.js';
import { channelsOf, spatialOf } from '../../tracing/symbolic.js';
import type { Shape } from '../../tracing/tree.js';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';
import { noClosedForm } from '../layer/no-closed-form.js';
import { sizes, stridesOf } from '../layer/options.js';
import { windowsOf } from '../windows/geometry.js';
import { windowMax } from '../windows/taps.js';
import { poolOptions, type SumPoolOptions } from './pool.js';

/**
 * Maximum over windows; positions that padding adds do not count. A finite layer alone: `kernel` is refused.
 *
 * @param windowShape window size, one entry per spatial axis.
 * @throws ShapeError when a size is not a positive integer, strides and window differ in length, and, from `init`, when the
 *   window does not fit the image.
 * @throws UnsupportedError from `kernel`: the covariance of maxima has no closed form.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { apply } = stax.MaxPool([2], { strides: [2], padding: 'SAME' });
 * console.log(apply([], tf.tensor3d([[[-3], [-1], [-2]]])).dataSync()); // Float32Array(2) [ -1, -2 ]
 * ```
 */
export function MaxPool(windowShape: Shape, options: SumPoolOptions = {}): Layer {
  const { strides: given, padding, ...request } = readOptions('MaxPool', options, poolOptions);
  const strides = stridesOf('MaxPool', sizes(windowShape, 'MaxPool', 'windowShape'), given);
  const windows = (shape: Shape) => windowsOf('MaxPool', spatialOf(shape), windowShape, strides, padding);
  return makeLayer({
    name: 'MaxPool',
    axes: { input: request },
    outShape: (shape) => [...windows(shape).out, channelsOf(shape)],
    apply: (_, x) => windowMax(x, windows(x.shape.slice(1))).clone(),
    propagate: () => noClosedForm('MaxPool', 'AvgPool has a kernel.'),
  });
}
