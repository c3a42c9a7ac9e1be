import { readOptions } from '../../base/options.js';
import { type AxesOptions, axesOptions } from '../../tracing/axes.js';
import { overChannels } from '../../tracing/mask-maps.js';
import { append, channelsOf, spatialOf } from '../../tracing/symbolic.js';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';
import { checkChannels, count } from '../layer/options.js';
import { type WeightOptions, type WeightParams, weighted, weightOptions, weightsOf } from './weights.js';

/** Options of `Dense`. */
export interface DenseOptions extends WeightOptions, AxesOptions {}

const denseOptions = { ...weightOptions, ...axesOptions };

/**
 * Fully connected layer: every position's channels times one weight matrix, plus a bias.
 *
 * K' = wStd²·K + bStd², Θ' = K' + wStd²·Θ (parameterization `ntk`).
 *
 * @param outDim number of output channels of the finite layer; the kernel is that of infinitely many.
 * @throws ShapeError when `outDim` is not a positive integer.
 *
 * @example
 * ```ts
 * import { random, stax } from 'neural-tangents';
 * const { init, apply } = stax.Dense(2, { wStd: 1.5, bStd: 0.1 });
 * const [outputShape, params] = init(random.key(0), [-1, 3]);
 * console.log(outputShape); // [ -1, 2 ]
 * ```
 */
export function Dense(outDim: number, options: DenseOptions = {}): Layer {
  const { batchAxis, channelAxis, ...own } = readOptions('Dense', options, denseOptions);
  const weights = weightsOf('Dense', count(outDim, 'Dense', 'outDim'), own);
  return makeLayer({
    name: 'Dense',
    mask: overChannels,
    axes: { input: { batchAxis, channelAxis } },
    outShape: (shape) => [...spatialOf(shape), weights.channels],
    params(key, shape, axes) {
      const fanIn = channelsOf(shape);
      const places = spatialOf(shape).map(() => 1);
      return weights.draw(key, [fanIn, weights.channels], fanIn, places, axes);
    },
    apply(params, x, _, axes) {
      checkChannels('Dense', x, (params as WeightParams).w.shape[0]);
      return weights.output(params, x, axes);
    },
    propagate: (k, shape) =>
      append(k, [weights.op(spatialOf(shape), channelsOf(k.shape))], { shape, ...weighted }),
  });
}
