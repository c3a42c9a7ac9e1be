import * as tf from '@tensorflow/tfjs';
import { checkOptions } from '../check-options.js';
import { append, channelsOf, spatialOf } from '../kernel/symbolic.js';
import type { Shape } from '../kernel/tree.js';
import { sizeOf } from '../nd-array.js';
import type { ConvOptions } from './conv.js';
import { covered } from './cover.js';
import { windowsOf } from './geometry.js';
import { type Layer, makeLayer } from './layer.js';
import { checkChannels, checkCount, checkPadding, checkSizes, checkStrides } from './options.js';
import { taps } from './taps.js';
import { type WeightParams, weighted, weightOptionNames, weightsOf } from './weights.js';

/**
 * Convolution whose weights and biases differ from position to position (a locally connected layer).
 *
 * As `Conv` for equal positions, and K'[p, p'] = Θ'[p, p'] = 0 for others.
 *
 * Weights of the finite layer are `[…out, channels·filter, outChan]`, channel by channel, biases `[1, …out, outChan]`.
 *
 * @param outChan number of output channels of the finite layer; the kernel is that of infinitely many.
 * @param filterShape filter size, one entry per spatial axis.
 * @throws ShapeError as `Conv`.
 * @source R. Novak et al., Bayesian deep convolutional networks with many channels are Gaussian processes, 2019,
 *   https://arxiv.org/abs/1810.05148, section 5.1.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.ConvLocal(16, [1]);
 * console.log([...kernel(tf.ones([1, 2, 1]), null, 'nngp').dataSync()]); // [ 1, 0, 0, 1 ]
 * ```
 */
export function ConvLocal(outChan: number, filterShape: Shape, options: ConvOptions = {}): Layer {
  checkOptions('ConvLocal', options, ['strides', 'padding', ...weightOptionNames]);
  checkCount('ConvLocal', 'outChan', outChan);
  checkSizes('ConvLocal', 'filterShape', filterShape);
  const strides = checkStrides('ConvLocal', filterShape, options.strides);
  const padding = checkPadding('ConvLocal', options.padding);
  const weights = weightsOf('ConvLocal', outChan, options);
  const fanIn = (channels: number): number => sizeOf(filterShape) * channels;
  const windows = (shape: Shape) => windowsOf('ConvLocal', spatialOf(shape), filterShape, strides, padding);
  return makeLayer({
    name: 'ConvLocal',
    outShape: (shape) => [...windows(shape).out, weights.channels],
    params(key, shape) {
      const { out } = windows(shape);
      const fan = fanIn(channelsOf(shape));
      return weights.draw(key, [...out, fan, weights.channels], fan, [1, ...out]);
    },
    apply(params, x) {
      const { w } = params as WeightParams;
      const fan = w.shape[w.rank - 2];
      checkChannels('ConvLocal', x, fan / sizeOf(filterShape));
      const { out } = windows(x.shape.slice(1));
      const positions = sizeOf(out);
      const patches = tf.stack(taps(x, windows(x.shape.slice(1))), -1).reshape([-1, positions, fan]);
      const product = patches
        .transpose([1, 0, 2])
        .matMul(w.reshape([positions, fan, weights.channels]))
        .transpose([1, 0, 2]);
      return weights.finish(params, product.reshape([-1, ...out, weights.channels]), fan);
    },
    propagate(k, shape) {
      const image = spatialOf(shape);
      return append(
        covered(k, windows(k.shape), (fields) => ({ op: 'patchMean', ...fields })),
        [weights.op(image, fanIn(channelsOf(k.shape))), { op: 'diagonal', shape: image }],
        { shape, ...weighted },
      );
    },
  });
}
