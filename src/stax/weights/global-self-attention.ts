import type * as tf from '#tf';
import { readOptions } from '../../base/options.js';
import { toStandard } from '../../inputs/transpose.js';
import { overChannels } from '../../tracing/mask-maps.js';
import { spatialOf } from '../../tracing/symbolic.js';
import { withSharedMask } from '../../tracing/symbolic-mask.js';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';
import { attended } from './attention-kernel.js';
import { type AttentionParams, attend, drawParams } from './attention-network.js';
import { attentionOptions, type GlobalSelfAttentionOptions, settingsOf } from './attention-settings.js';
import { weighted } from './weights.js';

/**
 * Every position attends to all positions of its sample.
 *
 * Finite layer, of tokens x `[positions, channels]`: G = ζ(qk/(channels·nChanKey) · Q·Kᵀ) with K = x·W_K and Q = K in each
 * head, and y = ov/√(nChanVal·nHeads·channels) · concat(G·x·W_V)·W_O + bStd·b, where qk = wQueryStd·wKeyStd and
 * ov = wValueStd·wOutStd.
 *
 * Kernel: K' = ov²·G1·K·G2ᵀ + bStd², Θ' = ov²·G1·Θ·G2ᵀ + bStd² + 2·(K' − bStd²), with G1 = ζ(qk·C1) of the sample's own
 * covariances C1, and G2 likewise. Positional embeddings replace C by its sum with their covariance, of `'CONCAT'` weighed by
 * the share of channels; with `valPosEmb` K and Θ as well. With `linearScaling` false, of `'IDENTITY'`:
 * K' = (qk·ov)²·⟨K, V⟩·K + bStd², ⟨K, V⟩ being the sum over all pairs of positions of K with and V without embeddings.
 *
 * @throws ShapeError when a count is not a positive integer; from `init` and `apply` when embeddings to be added have not
 *   as many channels as the inputs.
 * @throws RangeError for an unknown mechanism or type of embedding, or a number that is not finite; from `apply` when
 *   `posEmbDecayFn` gives no positive definite covariance.
 * @throws UnsupportedError from `kernel`, with `linearScaling` false for another mechanism than `'IDENTITY'`.
 *
 * @remarks All pairs of positions are computed, and positions³ products for each pair of samples.
 * @source J. Hron et al., Infinite attention: NNGP and NTK for deep attention networks, 2020,
 *   https://arxiv.org/abs/2006.10540.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const attend = stax.GlobalSelfAttention({ nChanOut: 8, nChanKey: 8, nChanVal: 8, nHeads: 2 });
 * const { kernel } = stax.serial(stax.Dense(8), attend, stax.GlobalAvgPool());
 * console.log(kernel(tf.tensor3d([[[1], [0]]]), null, 'nngp').dataSync()[0].toFixed(4)); // 0.3789
 * ```
 */
export function GlobalSelfAttention(options: GlobalSelfAttentionOptions): Layer {
  const read = readOptions('GlobalSelfAttention', options, attentionOptions);
  const settings = settingsOf(read);
  const { batchAxis, channelAxis } = read;
  return makeLayer({
    name: 'GlobalSelfAttention',
    mask: overChannels,
    axes: { input: { batchAxis, channelAxis } },
    outShape: (shape) => [...spatialOf(shape), settings.nChanOut],
    params: (key, shape, axes) => drawParams(settings, key, shape, axes),
    apply(given, x, { visible }, axes) {
      const { b, embedding, ...params } = given as AttentionParams;
      const standard = (tensor: tf.Tensor | undefined) => tensor && toStandard(tensor, axes);
      return attend(settings, { ...params, b: standard(b), embedding: standard(embedding) }, x, visible);
    },
    propagate(given, shape) {
      const k = withSharedMask(given);
      return { ...attended(settings, k), shape, ...weighted };
    },
  });
}
