import * as tf from '#tf';
import { sizeOf } from '../../base/nd-array.js';
import { LEFT_OUT, type AttentionMechanism as Mechanism } from '../../program/ops/attention.js';
import { type Key, normal, split } from '../../random/index.js';
import { type Axes, batchShapeOf } from '../../tracing/axes.js';
import { channelsOf, spatialOf } from '../../tracing/symbolic.js';
import type { Shape } from '../../tracing/tree.js';
import { checkChannels } from '../layer/options.js';
import type { Params } from '../layer/params.js';
import { type Settings, widths } from './attention-settings.js';
import { choleskyFactor, positionCovariance } from './positional-embedding.js';

/** Parameters of the finite layer, whose tokens are the positions. */
export type AttentionParams = {
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

/** Draws the parameters of the finite layer. */
export function drawParams(settings: Settings, key: Key, shape: Shape, axes: Axes): Params {
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
export function attend(
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
  const weights = weighing[settings.mechanism](seen ? ofVisible(settings, scores, seen) : scores);
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

const weighing: { readonly [Name in Mechanism]: (scores: tf.Tensor) => tf.Tensor } = {
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
