import * as tf from '#tf';
import { checkOptions } from '../../base/check-options.js';
import { sizeOf } from '../../base/nd-array.js';
import { overChannels, withPermutedAxes } from '../../tracing/mask-maps.js';
import { append, channelsOf, spatialOf } from '../../tracing/symbolic.js';
import type { Shape } from '../../tracing/tree.js';
import { type Layer, makeLayer } from '../layer/layer.js';
import { checkChannels, checkCount, checkPadding, checkSizes, checkStrides } from '../layer/options.js';
import {
  type WeightOptions,
  type WeightParams,
  weighted,
  weightOptionNames,
  weightsOf,
} from '../weights/weights.js';
import { convolve } from './convolve.js';
import { covered } from './cover.js';
import { convAxes, type DimensionNumbers, inOrder, permuteOps, permuteSpatial } from './dimension-numbers.js';
import { type Padding, windowsOf } from './geometry.js';
import { atCentres } from './window-masks.js';

/** Options of `Conv`. */
export interface ConvOptions extends WeightOptions {
  /** Step of the filter, one entry per spatial axis; ones by default. */
  readonly strides?: Shape;
  /** `VALID` (default): filters stay inside; `SAME`: zeros outside; `CIRCULAR`: the image repeats. */
  readonly padding?: Padding;
  /**
   * Names of the axes of inputs, weights and outputs; by default samples come first, channels last, and spatial axes in the
   * same order everywhere. `filterShape` and `strides` are in the order of the weights' spatial axes.
   */
  readonly dimensionNumbers?: DimensionNumbers;
}

/** Names of `ConvOptions`. */
export const convOptionNames = ['strides', 'padding', 'dimensionNumbers', ...weightOptionNames] as const;

/**
 * Convolution over any number of spatial axes, weights shared by all positions, plus a bias per channel.
 *
 * K' = wStd²·A(K) + bStd², Θ' = K' + wStd²·A(Θ) (parameterization `ntk`), A being the mean over the filter's
 * positions of K[p + δ, p' + δ].
 *
 * @param outChan number of output channels of the finite layer; the kernel is that of infinitely many.
 * @param filterShape filter size, one entry per spatial axis; `[]` on inputs `[n, c]` acts as `Dense`.
 * @throws ShapeError when a size is not a positive integer, strides and filter differ in length, `dimensionNumbers` do not name
 *   the filter's axes, and, from `init` and `kernel`, when the filter does not fit the image or samples and channels are elsewhere.
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
 *
 * @example Channels first
 * ```ts
 * import { random, stax } from 'neural-tangents';
 * const { init } = stax.Conv(16, [3, 3], { dimensionNumbers: ['NCHW', 'OIHW', 'NCHW'] });
 * const [outputShape] = init(random.key(0), [-1, 1, 28, 28]);
 * console.log(outputShape); // [ -1, 16, 26, 26 ]
 * ```
 */
export function Conv(outChan: number, filterShape: Shape, options: ConvOptions = {}): Layer {
  checkOptions('Conv', options, convOptionNames);
  checkCount('Conv', 'outChan', outChan);
  checkSizes('Conv', 'filterShape', filterShape);
  const strides = checkStrides('Conv', filterShape, options.strides);
  const axes = convAxes('Conv', filterShape.length, options.dimensionNumbers);
  const padding = checkPadding('Conv', options.padding);
  const weights = weightsOf('Conv', outChan, options);
  const fanIn = (channels: number): number => sizeOf(filterShape) * channels;
  const [filter, steps] = [filterShape, strides].map((sizes) => inOrder(sizes, axes.filterOrder));
  const windows = (shape: Shape) => windowsOf('Conv', spatialOf(shape), filter, steps, padding);
  return makeLayer({
    name: 'Conv',
    mask: (mask, shape) => withPermutedAxes(atCentres(overChannels(mask), windows(shape)), axes.outputOrder),
    axes: { input: axes.input, output: () => axes.output },
    outShape: (shape) => [...inOrder(windows(shape).out, axes.outputOrder), weights.channels],
    params(key, shape, output) {
      const channels = channelsOf(shape);
      const sizes = inOrder([...filterShape, channels, weights.channels], axes.toWeights);
      const places = filterShape.map(() => 1);
      return weights.draw(key, sizes, fanIn(channels), places, output);
    },
    apply(params, x, _, output) {
      const { w: given, ...b } = params as WeightParams;
      const w = tf.transpose(given, [...axes.fromWeights]);
      checkChannels('Conv', x, w.shape[filterShape.length]);
      const product = convolve(x, w, windows(x.shape.slice(1)));
      return weights.finish(
        { w, ...b },
        permuteSpatial(product, axes.outputOrder),
        w.size / weights.channels,
        output,
      );
    },
    propagate(k, shape) {
      const seen = windows(k.shape);
      return append(
        covered(k, seen, (fields) => ({ op: 'patchMean', ...fields })),
        [weights.op(seen.out, fanIn(channelsOf(k.shape))), ...permuteOps(spatialOf(shape), axes.outputOrder)],
        { shape, ...weighted },
      );
    },
  });
}
