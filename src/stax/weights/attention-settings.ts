import { ShapeError } from '../../base/errors.js';
import { anything, byDefault, type Complete, flag, oneOf, optional } from '../../base/options.js';
import type { AttentionMechanism as Mechanism } from '../../program/ops/attention.js';
import { type AxesOptions, axesOptions } from '../../tracing/axes.js';
import { count, finite } from '../layer/options.js';
import type { DecayFunction } from './positional-embedding.js';

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

/** {@link GlobalSelfAttentionOptions}. */
export const attentionOptions = {
  nChanOut: count,
  nChanKey: count,
  nChanVal: count,
  nHeads: count,
  linearScaling: byDefault(true, flag),
  wKeyStd: byDefault(1, finite),
  wValueStd: byDefault(1, finite),
  wQueryStd: byDefault(1, finite),
  wOutStd: byDefault(1, finite),
  bStd: optional(finite),
  attentionMechanism: byDefault('SOFTMAX', oneOf<AttentionMechanism>(['SOFTMAX', 'IDENTITY', 'ABS', 'RELU'])),
  posEmbType: byDefault('NONE', oneOf<PositionalEmbedding>(['NONE', 'SUM', 'CONCAT'])),
  posEmbPNorm: byDefault(2, finite),
  posEmbDecayFn: optional(anything<DecayFunction>()),
  nChanPosEmb: optional(count),
  wPosEmbStd: byDefault(1, finite),
  valPosEmb: byDefault(false, flag),
  ...axesOptions,
};

const mechanisms: { readonly [Name in AttentionMechanism]: Mechanism } = {
  SOFTMAX: 'softmax',
  IDENTITY: 'identity',
  ABS: 'abs',
  RELU: 'relu',
};

/** Options, and what follows from them. */
export type Settings = ReturnType<typeof settingsOf>;

/** What attention of these options is. */
export function settingsOf(options: Complete<typeof attentionOptions>) {
  return {
    ...options,
    mechanism: mechanisms[options.attentionMechanism],
    scoreStd: options.wQueryStd * options.wKeyStd,
    outputStd: options.wValueStd * options.wOutStd,
  };
}

/** Channels of the embeddings, and of keys' and values' inputs, for inputs of `channels`. */
export function widths({ posEmbType, nChanPosEmb, valPosEmb }: Settings, channels: number) {
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
