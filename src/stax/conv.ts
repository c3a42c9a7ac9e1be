import * as tf from '@tensorflow/tfjs';
import { checkOptions } from '../check-options.js';
import { append, channelsOf, spatialOf } from '../kernel/symbolic.js';
import type { Shape } from '../kernel/tree.js';
import { sizeOf } from '../nd-array.js';
import { covered } from './cover.js';
import { type Padding, windowsOf } from './geometry.js';
import { type Layer, makeLayer } from './layer.js';
import { checkChannels, checkCount, checkPadding, checkSizes, checkStrides } from './options.js';
import { taps } from './taps.js';
import { type WeightOptions, type WeightParams, weighted, weightOptionNames, weightsOf } from './weights.js';

/** Options of `Conv`. */
export interface ConvOptions extends WeightOptions {
  /** Step of the filter, one entry per spatial axis; ones by default. */
  readonly strides?: Shape;
  /** `VALID` (default): filters stay inside; `SAME`: zeros outside; `CIRCULAR`: the image repeats. */
  readonly padding?: Padding;
}

/**
 * Convolution over any number of spatial axes, weights shared by all positions, plus a bias per channel.
 *
 * K' = wStd²·A(K) + bStd², Θ' = K' + wStd²·A(Θ) (parameterization `ntk`), A being the mean over the filter's
 * positions of K[p + δ, p' + δ].
 *
 * @param outChan number of output channels of the finite layer; the kernel is that of infinitely many.
 * @param filterShape filter size, one entry per spatial axis; `[]` on inputs `[n, c]` acts as `Dense`.
 * @throws ShapeError when a size is not a positive integer, strides and filter differ in length, and, from `init` and
 *   `kernel`, when the filter does not fit the image.
 * @source R. Novak et al., Bayesian deep convolutional networks with many channels are Gaussian processes, 2019,
 *   https://arxiv.org/abs/1810.05148, eq. 7; S. Arora et al., On exact computation with an infinitely wide neural
 *   net, 2019, https://arxiv.org/abs/1904.11955, section 4.
 *
 * @example
 * ```ts
 * import { random, stax } from 'neural-tangents';
 * const { init } = stax.Conv(16, [3, 3], { padding: 'SAME', strides: [2, 2] });
 * const [outputShape] = init(random.key(0), [-1, 28, 28, 1]);
 * console.log(outputShape); // [ -1, 14, 14, 16 ]
 * ```
 */
export function Conv(outChan: number, filterShape: Shape, options: ConvOptions = {}): Layer {
  checkOptions('Conv', options, ['strides', 'padding', ...weightOptionNames]);
  checkCount('Conv', 'outChan', outChan);
  checkSizes('Conv', 'filterShape', filterShape);
  const strides = checkStrides('Conv', filterShape, options.strides);
  const padding = checkPadding('Conv', options.padding);
  const weights = weightsOf('Conv', outChan, options);
  const fanIn = (channels: number): number => sizeOf(filterShape) * channels;
  const windows = (shape: Shape) => windowsOf('Conv', spatialOf(shape), filterShape, strides, padding);
  return makeLayer({
    name: 'Conv',
    outShape: (shape) => [...windows(shape).out, weights.channels],
    params(key, shape) {
      const channels = channelsOf(shape);
      return weights.draw(
        key,
        [...filterShape, channels, weights.channels],
        fanIn(channels),
        shape.map(() => 1),
      );
    },
    apply(params, x) {
      checkChannels('Conv', x, (params as WeightParams).w.shape[filterShape.length]);
      return weights.output(params, tf.concat(taps(x, windows(x.shape.slice(1))), -1));
    },
    propagate: (k, shape) =>
      append(
        covered(k, windows(k.shape), (fields) => ({ op: 'patchMean', ...fields })),
        [weights.op(spatialOf(shape), fanIn(channelsOf(k.shape)))],
        { shape, ...weighted },
      ),
  });
}
