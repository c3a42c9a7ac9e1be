import * as tf from '#tf';
import { sizeOf } from '../../base/nd-array.js';
import { combinations } from '../../program/ops/rule.js';
import { overChannels, withPermutedAxes } from '../../tracing/mask-maps.js';
import { append, channelsOf, spatialOf } from '../../tracing/symbolic.js';
import type { Shape } from '../../tracing/tree.js';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';
import { checkChannels } from '../layer/options.js';
import { type WeightParams, weighted } from '../weights/weights.js';
import { type ConvOptions, readConv } from './conv-options.js';
import { covered } from './cover.js';
import { inOrder, inverseOrder, permuteOps, permuteSpatial } from './dimension-numbers.js';
import { windowsOf } from './geometry.js';
import { taps } from './taps.js';
import { atCentres } from './window-masks.js';

/**
 * Convolution whose weights and biases differ from position to position (a locally connected layer).
 *
 * As `Conv` for equal positions, and K'[p, p'] = Θ'[p, p'] = 0 for others.
 *
 * Weights of the finite layer are `[…out, channels·filter, outChan]`, channel by channel, biases `[1, …out, outChan]`; with
 * `dimensionNumbers` their axes are in the order of these, too, and the filter's positions in that of the weights' axes.
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
  const conv = readConv('ConvLocal', outChan, filterShape, options);
  const { axes, padding, weights, filter, steps, fanIn } = conv;
  const windows = (shape: Shape) => windowsOf('ConvLocal', spatialOf(shape), filter, steps, padding);
  const permuted = (out: Shape) => inOrder(out, axes.outputOrder);
  /** Taps, which come in row-major order of the inputs' axes, in that of the weights'. */
  const inWeightsOrder = (images: readonly tf.Tensor[]): tf.Tensor[] => {
    const distances = filter.map((_, axis) => sizeOf(filter.slice(axis + 1)));
    return combinations(filterShape.map((size) => [...Array(size).keys()])).map(
      (place) => images[sum(axes.filterOrder.map((own, axis) => place[own] * distances[axis]))],
    );
  };
  return makeLayer({
    name: 'ConvLocal',
    mask: (mask, shape) => withPermutedAxes(atCentres(overChannels(mask), windows(shape)), axes.outputOrder),
    axes: { input: axes.input, output: () => axes.output },
    outShape: (shape) => [...permuted(windows(shape).out), weights.channels],
    params(key, shape, output) {
      const { out } = windows(shape);
      const fan = fanIn(channelsOf(shape));
      // Where the inputs' spatial axes are among the weights'.
      const places = inOrder(out, inverseOrder(axes.filterOrder));
      const sizes = inOrder([...places, fan, weights.channels], axes.toWeights);
      return weights.draw(key, sizes, fan, permuted(out), output);
    },
    apply(params, x, _, output) {
      const w = tf.transpose((params as WeightParams).w, [...axes.fromWeights]);
      const fan = w.shape[w.rank - 2];
      checkChannels('ConvLocal', x, fan / sizeOf(filterShape));
      const seen = windows(x.shape.slice(1));
      const { out } = seen;
      const positions = sizeOf(out);
      const patches = tf.reshape(tf.stack(inWeightsOrder(taps(x, seen)), -1), [-1, positions, fan]);
      const product = tf.reshape(
        tf.transpose(
          tf.matMul(tf.transpose(patches, [1, 0, 2]), tf.reshape(w, [positions, fan, weights.channels])),
          [1, 0, 2],
        ),
        [-1, ...out, weights.channels],
      );
      return weights.finish(params, permuteSpatial(product, axes.outputOrder), fan, output);
    },
    propagate(k, shape) {
      const seen = windows(k.shape);
      return append(
        covered(k, seen, (fields) => ({ op: 'patchMean', ...fields })),
        [
          weights.op(seen.out, fanIn(channelsOf(k.shape))),
          { op: 'diagonal', shape: seen.out },
          ...permuteOps(spatialOf(shape), axes.outputOrder),
        ],
        { shape, ...weighted },
      );
    },
  });
}

const sum = (terms: readonly number[]): number => terms.reduce((a, b) => a + b, 0);
