import * as tf from '#tf';
import { checkOptions } from '../../base/check-options.js';
import { ShapeError, UnsupportedError } from '../../base/errors.js';
import { sizeOf } from '../../base/nd-array.js';
import { toStandard } from '../../inputs/transpose.js';
import { LEFT_OUT, type AttentionMechanism as Mechanism } from '../../program/ops/attention.js';
import { type Key, normal, split } from '../../random/index.js';
import {
  type Axes,
  type AxesOptions,
  axesOptionNames,
  axesRequest,
  batchShapeOf,
} from '../../tracing/axes.js';
import { overChannels } from '../../tracing/mask-maps.js';
import { append, channelsOf, type SymbolicKernel, spatialOf } from '../../tracing/symbolic.js';
import { remasked, visiblePositions, withSharedMask } from '../../tracing/symbolic-mask.js';
import type { Shape } from '../../tracing/tree.js';
import { type Layer, makeLayer } from '../layer/layer.js';
import { checkChannels, checkCount, checkNumber } from '../layer/options.js';
import type { Params } from '../layer/params.js';
import { choleskyFactor, type DecayFunction, positionCovariance } from './positional-embedding.js';
import { weighted } from './weights.js';

/** What makes weights of the scores of a query's keys: a softmax over the keys, or a function of each. */
export type AttentionMechanism = 'SOFTMAX' | 'IDENTITY' | 'ABS' | 'RELU';

/** How positional embeddings meet the inputs: not at all, added, or as further channels. */
export type PositionalEmbedding = 'NONE' | 'SUM' | 'CONCAT';

/** Options of `GlobalSelfAttention`. */
export interface GlobalSelfAttentionOptions extends AxesOptions {
  /** Channels of the finite layer's outputs, of its keys and queries, and of its values, a head. */
  readonly nChanOut: number;
  readonly nChanKey: number;
  readonly nChanVal: number;
  /** Heads of the finite layer; the kernel is that of infinitely many. */
  readonly nHeads: number;
  /**
   * True (default): scores are divided by `nChanKey`, queries being the keys; their limit is the inputs' covariance. False:
   * by √`nChanKey`, with weights of the queries' own; then only `'IDENTITY'` has a kernel.
   */
  readonly linearScaling?: boolean;
  /** Standard deviations of weights; 1 by default. */
  readonly wKeyStd?: number;
  readonly wValueStd?: number;
  readonly wQueryStd?: number;
  readonly wOutStd?: number;
  /** Standard deviation of the biases. Absent: no biases. */
  readonly bStd?: number;
  /** `'SOFTMAX'` by default. */
  readonly attentionMechanism?: AttentionMechanism;
  /** `'NONE'` by default. */
  readonly posEmbType?: PositionalEmbedding;
  /** The p of the distance Σ_axis |i − j|^p between positions i and j; 2 by default. */
  readonly posEmbPNorm?: number;
  /** Covariance of the embeddings of two positions by their distance; absent: embeddings are independent. */
  readonly posEmbDecayFn?: DecayFunction;
  /** Channels of the embeddings; those of the inputs by default. */
  readonly nChanPosEmb?: number;
  /** Standard deviation of the embeddings; 1 by default. */
  readonly wPosEmbStd?: number;
  /** Whether the values see the embeddings, as keys and queries do; false by default. */
  readonly valPosEmb?: boolean;
}

const optionNames = [
  ...['nChanOut', 'nChanKey', 'nChanVal', 'nHeads', 'linearScaling', 'wKeyStd', 'wValueStd', 'wQueryStd'],
  ...['wOutStd', 'bStd', 'attentionMechanism', 'posEmbType', 'posEmbPNorm', 'posEmbDecayFn', 'nChanPosEmb'],
  ...['wPosEmbStd', 'valPosEmb', ...axesOptionNames],
] as const;

const mechanisms: { readonly [Name in AttentionMechanism]: Mechanism } = {
  SOFTMAX: 'softmax',
  IDENTITY: 'identity',
  ABS: 'abs',
  RELU: 'relu',
};

/** Parameters of the finite layer, whose tokens are the positions. */
type AttentionParams = {
  /** `[heads, inputs, keys]`; absent with linear scaling, where queries are keys. */
  readonly query?: tf.Tensor;
  readonly key: tf.Tensor;
  /** `[heads, inputs, values]`. */
  readonly value: tf.Tensor;
  /** `[values·heads, outputs]`. */
  readonly out: tf.Tensor;
  readonly b?: tf.Tensor;
  /** `[1, …spatial, channels]`, or as the layer has its axes. */
  readonly embedding?: tf.Tensor;
};

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
  checkOptions('GlobalSelfAttention', options, optionNames);
  const settings = settingsOf(options);
  return makeLayer({
    name: 'GlobalSelfAttention',
    mask: overChannels,
    axes: { input: axesRequest('GlobalSelfAttention', options) },
    outShape: (shape) => [...spatialOf(shape), settings.nChanOut],
    params: (key, shape, axes) => drawParams(settings, key, shape, axes),
    apply(given, x, { visible }, axes) {
      const { b, embedding, ...params } = given as AttentionParams;
      const standard = (tensor: tf.Tensor | undefined) => tensor && toStandard(tensor, axes);
      return attend(settings, { ...params, b: standard(b), embedding: standard(embedding) }, x, visible);
    },
    propagate(given, shape) {
      const k = withSharedMask(given);
      const attended = settings.linearScaling ? linearlyScaled(settings, k) : rootScaled(settings, k);
      return { ...attended, shape, ...weighted };
    },
  });
}

/** Options with their defaults. */
type Settings = ReturnType<typeof settingsOf>;

function settingsOf(options: GlobalSelfAttentionOptions) {
  const name = 'GlobalSelfAttention';
  const { nChanOut, nChanKey, nChanVal, nHeads, nChanPosEmb } = options;
  for (const [what, count] of Object.entries({ nChanOut, nChanKey, nChanVal, nHeads })) {
    checkCount(name, what, count);
  }
  if (nChanPosEmb !== undefined) checkCount(name, 'nChanPosEmb', nChanPosEmb);
  const { wKeyStd = 1, wValueStd = 1, wQueryStd = 1, wOutStd = 1, bStd, wPosEmbStd = 1 } = options;
  const { posEmbPNorm = 2, posEmbDecayFn, linearScaling = true, valPosEmb = false } = options;
  const numbers = { wKeyStd, wValueStd, wQueryStd, wOutStd, bStd: bStd ?? 0, wPosEmbStd, posEmbPNorm };
  for (const [what, value] of Object.entries(numbers)) checkNumber(name, what, value);
  const { attentionMechanism = 'SOFTMAX', posEmbType = 'NONE' } = options;
  if (!Object.hasOwn(mechanisms, attentionMechanism)) {
    const all = "'SOFTMAX', 'IDENTITY', 'ABS' or 'RELU'";
    throw new RangeError(`${name}: attentionMechanism must be ${all}, got '${attentionMechanism}'.`);
  }
  if (!['NONE', 'SUM', 'CONCAT'].includes(posEmbType)) {
    throw new RangeError(`${name}: posEmbType must be 'NONE', 'SUM' or 'CONCAT', got '${posEmbType}'.`);
  }
  return {
    ...{ nChanOut, nChanKey, nChanVal, nHeads, nChanPosEmb, linearScaling, valPosEmb, bStd, wPosEmbStd },
    ...{ posEmbType, posEmbPNorm, posEmbDecayFn },
    mechanism: mechanisms[attentionMechanism],
    scoreStd: wQueryStd * wKeyStd,
    outputStd: wValueStd * wOutStd,
  };
}

/** Channels of the embeddings, and of keys' and values' inputs, for inputs of `channels`. */
function widths({ posEmbType, nChanPosEmb, valPosEmb }: Settings, channels: number) {
  const embedded = posEmbType === 'NONE' ? 0 : (nChanPosEmb ?? channels);
  if (posEmbType === 'SUM' && embedded !== channels) {
    throw new ShapeError(
      `GlobalSelfAttention: embeddings that are added need as many channels as the inputs (${channels}), got ` +
        `nChanPosEmb ${embedded}. Leave it out, or use posEmbType: 'CONCAT'.`,
    );
  }
  const keys = channels + (posEmbType === 'CONCAT' ? embedded : 0);
  return { embedded, keys, values: valPosEmb ? keys : channels };
}

function drawParams(settings: Settings, key: Key, shape: Shape, axes: Axes): Params {
  const { nChanOut, nChanKey, nChanVal, nHeads, bStd, linearScaling } = settings;
  const { embedded, keys, values } = widths(settings, channelsOf(shape));
  const [queryKey, keyKey, valueKey, outKey, bKey, embeddingKey] = split(key, 6);
  const params: Record<string, tf.Tensor> = {
    key: draw(keyKey, [nHeads, keys, nChanKey]),
    value: draw(valueKey, [nHeads, values, nChanVal]),
    out: draw(outKey, [nChanVal * nHeads, nChanOut]),
  };
  if (!linearScaling) params.query = draw(queryKey, [nHeads, keys, nChanKey]);
  const image = spatialOf(shape);
  if (bStd !== undefined) params.b = draw(bKey, batchShapeOf(1, [...image.map(() => 1), nChanOut], axes));
  if (embedded > 0) params.embedding = draw(embeddingKey, batchShapeOf(1, [...image, embedded], axes));
  return params;
}

const draw = (key: Key, shape: Shape): tf.Tensor =>
  tf.tensor(normal(key, [...shape]).data, [...shape], 'float32');

/** The finite layer on `x` `[n, …spatial, channels]`; `visible` as in `RunOptions`. */
function attend(
  settings: Settings,
  params: AttentionParams,
  x: tf.Tensor,
  visible: tf.Tensor | undefined,
): tf.Tensor {
  const { nChanOut, nChanKey, nChanVal, nHeads, scoreStd, outputStd, linearScaling } = settings;
  const [n, channels] = [x.shape[0], channelsOf(x.shape)];
  const positions = sizeOf(x.shape.slice(1, -1));
  const { keys: keyWidth, values: valueWidth } = widths(settings, channels);
  checkChannels('GlobalSelfAttention', x, channels - keyWidth + params.key.shape[1]!);
  const raw = tf.reshape(x, [n, positions, channels]);
  const embedded = embed(settings, params, x);
  /** `[n, heads, positions, width]` of tokens times weights `[heads, inputs, width]`. */
  const inHeads = (tokens: tf.Tensor, weights: tf.Tensor): tf.Tensor => {
    const [heads, inputs, width] = weights.shape as [number, number, number];
    const flat = tf.reshape(tf.transpose(weights, [1, 0, 2]), [inputs, heads * width]);
    const product = tf.matMul(tf.reshape(tokens, [n * positions, inputs]), flat as tf.Tensor2D);
    return tf.transpose(tf.reshape(product, [n, positions, heads, width]), [0, 2, 1, 3]);
  };
  const keys = inHeads(embedded, params.key);
  const queries = linearScaling ? keys : inHeads(embedded, params.query!);
  const spread = linearScaling ? nChanKey : Math.sqrt(nChanKey);
  const scores = tf.mul(tf.matMul(queries, keys, false, true), scoreStd / (keyWidth * spread));
  const values = inHeads(settings.valPosEmb ? embedded : raw, params.value);
  const seen = visible && tf.reshape(tf.max(visible, -1), [n, 1, 1, positions]);
  const weights = finite[settings.mechanism](seen ? ofVisible(settings, scores, seen) : scores);
  const heads = tf.transpose(tf.matMul(weights, values), [0, 2, 1, 3]);
  const outputs = tf.matMul(tf.reshape(heads, [n * positions, nHeads * nChanVal]), params.out as tf.Tensor2D);
  const y = tf.reshape(tf.mul(outputs, outputStd / Math.sqrt(nChanVal * nHeads * valueWidth)), [
    ...x.shape.slice(0, -1),
    nChanOut,
  ]);
  return params.b === undefined ? y : tf.add(y, tf.mul(params.b, settings.bStd!));
}

/** Scores `[n, heads, queries, keys]` of which masked keys' make weights of 0. */
function ofVisible({ mechanism }: Settings, scores: tf.Tensor, seen: tf.Tensor): tf.Tensor {
  const visible = tf.mul(scores, seen);
  return mechanism === 'softmax' ? tf.add(visible, tf.mul(tf.sub(1, seen), LEFT_OUT)) : visible;
}

const finite: { readonly [Name in Mechanism]: (scores: tf.Tensor) => tf.Tensor } = {
  softmax: (scores) => tf.softmax(scores),
  identity: (scores) => scores,
  abs: (scores) => tf.abs(scores),
  relu: (scores) => tf.relu(scores),
};

/** Tokens with positional embeddings, `[n, positions, channels]`. */
function embed(settings: Settings, { embedding }: AttentionParams, x: tf.Tensor): tf.Tensor {
  const { posEmbType, posEmbPNorm, posEmbDecayFn, wPosEmbStd } = settings;
  const image = x.shape.slice(1, -1);
  const [n, positions] = [x.shape[0], sizeOf(image)];
  const tokens = tf.reshape(x, [n, positions, channelsOf(x.shape)]);
  if (embedding === undefined) return tokens;
  const independent = tf.reshape(embedding, [positions, -1]);
  const mixed =
    posEmbDecayFn === undefined
      ? independent
      : tf.matMul(
          tf.tensor2d(choleskyFactor(positionCovariance(image, posEmbPNorm, posEmbDecayFn))),
          independent as tf.Tensor2D,
        );
  const scaled = tf.expandDims(tf.mul(mixed, wPosEmbStd), 0);
  return posEmbType === 'SUM' ? tf.add(tokens, scaled) : tf.concat([tokens, tf.tile(scaled, [n, 1, 1])], 2);
}

/** What embeddings make of covariances: share·K + covariance; null without embeddings. */
function embeddingOf(settings: Settings, shape: Shape) {
  const { posEmbType, posEmbPNorm, posEmbDecayFn, wPosEmbStd } = settings;
  if (posEmbType === 'NONE') return null;
  const channels = channelsOf(shape);
  const { embedded, keys } = widths(settings, channels);
  const concat = posEmbType === 'CONCAT';
  const weight = wPosEmbStd ** 2 * (concat ? embedded / keys : 1);
  const covariance = positionCovariance(spatialOf(shape), posEmbPNorm, posEmbDecayFn).map((row) =>
    row.map((entry) => entry * weight),
  );
  return { share: concat ? channels / keys : 1, covariance };
}

/** The kernel of embedded activations. */
function embeddedKernel(k: SymbolicKernel, embedding: ReturnType<typeof embeddingOf>): SymbolicKernel {
  if (embedding === null) return k;
  const { share, covariance } = embedding;
  const shape = spatialOf(k.shape);
  const shared = share === 1 ? k : append(k, [{ op: 'affine', shape, ...plain, scale: share }]);
  return remasked('GlobalSelfAttention', append(shared, [{ op: 'embed', shape, covariance }]));
}

const plain = { shift: 0, ntkFromNngp: 0, ntkShift: 0 };

/** With scores that tend to the covariance. */
function linearlyScaled(settings: Settings, k: SymbolicKernel): SymbolicKernel {
  const { mechanism, scoreStd, outputStd, valPosEmb, bStd = 0 } = settings;
  const shape = spatialOf(k.shape);
  const embedding = embeddingOf(settings, k.shape);
  const apart = valPosEmb ? null : embedding;
  const scale = outputStd ** 2;
  return append(valPosEmb ? embeddedKernel(k, embedding) : k, [
    {
      ...{ op: 'attention', shape, mechanism, keys: visiblePositions('GlobalSelfAttention', k) },
      scale: scoreStd * (apart?.share ?? 1),
      bias: apart?.covariance.map((row) => row.map((entry) => entry * scoreStd)) ?? null,
    },
    { op: 'affine', shape, scale, shift: bStd ** 2, ntkFromNngp: 2 * scale, ntkShift: bStd ** 2 },
  ]);
}

/** With scores that stay random, and are Gaussian in the limit of infinitely many heads. */
function rootScaled(settings: Settings, k: SymbolicKernel): SymbolicKernel {
  const { mechanism, scoreStd, outputStd, valPosEmb, bStd = 0 } = settings;
  if (mechanism !== 'identity') {
    throw new UnsupportedError(
      "GlobalSelfAttention: with linearScaling false only attentionMechanism 'IDENTITY' has a kernel, got " +
        `'${mechanism.toUpperCase()}'. Use linearScaling: true, or apply alone.`,
    );
  }
  const { builder } = k;
  const shape = spatialOf(k.shape);
  const embedded = embeddedKernel(k, embeddingOf(settings, k.shape));
  const values = valPosEmb ? embedded : k;
  const product = (a: number, b: number) => builder.emit({ op: 'product', inputs: [a, b], shape });
  const ones = shape.map(() => 1);
  const low = shape.map(() => 0);
  const inner = append({ ...embedded, node: product(embedded.node, values.node) }, [
    { op: 'pool', shape: ones, window: shape, strides: ones, low, scale: 1 },
    { op: 'select', shape, at: shape.map((size) => Array<number>(size).fill(0)) },
  ]);
  const scale = (scoreStd * outputStd) ** 2;
  return append({ ...embedded, node: product(inner.node, embedded.node) }, [
    { op: 'affine', shape, scale, shift: bStd ** 2, ntkFromNngp: 4 * scale, ntkShift: bStd ** 2 },
  ]);
}
