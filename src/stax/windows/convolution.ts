import * as tf from '#tf';
import type { Mask } from '../../program/row.js';
import { overChannels, withPermutedAxes } from '../../tracing/mask-maps.js';
import { append, channelsOf, type SymbolicKernel, spatialOf } from '../../tracing/symbolic.js';
import type { Shape } from '../../tracing/tree.js';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';
import { checkChannels } from '../layer/options.js';
import { type WeightParams, weighted } from '../weights/weights.js';
import type { ReadConv } from './conv-options.js';
import { convolve } from './convolve.js';
import { inOrder, permuteOps, permuteSpatial } from './dimension-numbers.js';
import type { Windows } from './geometry.js';

/** How a convolution goes over images. */
export interface Sweep {
  /** Its windows on samples of this shape `[…spatial, channels]`, made ready where it does so. */
  windows(shape: Shape): Windows;
  /** The image `[n, …spatial, c]` that the windows are on. */
  ready?(x: tf.Tensor): tf.Tensor;
  /** Emits the mean over the windows. */
  means(k: SymbolicKernel, windows: Windows): SymbolicKernel;
  /** The mask of outputs by that of positions, for samples of this shape. */
  mask(mask: Mask, shape: Shape): Mask;
}

/** The layer of a convolution all of whose positions have the same weights: a product of these with each window. */
export function convolution(
  { name, axes, weights, filterShape, fanIn }: ReadConv,
  { windows, ready = (x) => x, means, mask }: Sweep,
): Layer {
  return makeLayer({
    name,
    mask: (own, shape) => withPermutedAxes(mask(overChannels(own), shape), axes.outputOrder),
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
      checkChannels(name, x, w.shape[filterShape.length]);
      const product = convolve(ready(x), w, windows(x.shape.slice(1)));
      const fan = w.size / weights.channels;
      return weights.finish({ w, ...b }, permuteSpatial(product, axes.outputOrder), fan, output);
    },
    propagate(k, shape) {
      const seen = windows(k.shape);
      return append(
        means(k, seen),
        [weights.op(seen.out, fanIn(channelsOf(k.shape))), ...permuteOps(spatialOf(shape), axes.outputOrder)],
        { shape, ...weighted },
      );
    },
  });
}
