import { spatialOf } from '../../tracing/symbolic.js';
import type { Shape } from '../../tracing/tree.js';
import type { Layer } from '../layer/layer.js';
import { type ConvOptions, readConv } from './conv-options.js';
import { convolution } from './convolution.js';
import { covered } from './cover.js';
import { windowsOf } from './geometry.js';
import { atCentres } from './window-masks.js';

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
  const conv = readConv('Conv', outChan, filterShape, options);
  const windows = (shape: Shape) =>
    windowsOf('Conv', spatialOf(shape), conv.filter, conv.steps, conv.padding);
  return convolution(conv, {
    windows,
    means: (k, seen) => covered(k, seen, (fields) => ({ op: 'patchMean', ...fields })),
    mask: (mask, shape) => atCentres(mask, windows(shape)),
  });
}
