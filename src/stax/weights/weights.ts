import * as tf from '#tf';
import { UnsupportedError } from '../../base/errors.js';
import { byDefault, type Complete, type Option, optional } from '../../base/options.js';
import { toStandard } from '../../inputs/transpose.js';
import type { AffineOp } from '../../program/ops/affine.js';
import { type Key, normal, split } from '../../random/index.js';
import { type Axes, batchShapeOf, standardAxes } from '../../tracing/axes.js';
import type { UnaryOp } from '../../tracing/symbolic.js';
import { finite } from '../layer/options.js';
import type { Params } from '../layer/params.js';

/** Options of layers with weights. */
export interface WeightOptions {
  /** Standard deviation of the weights; 1 by default. */
  readonly wStd?: number;
  /** Standard deviation of the biases. Absent: no biases, which differs from 0 under `standard`. */
  readonly bStd?: number;
  /**
   * Where the width enters: `ntk` (default) draws unit normals and scales the outputs, `standard` scales the draw,
   * as deep-learning libraries do. Both have the same NNGP; the NTK of `standard` grows with the width.
   */
  readonly parameterization?: 'ntk' | 'standard';
  /** Width factors `[input, output]` of `standard`: the finite layer has `s[1]` times as many outputs. */
  readonly s?: readonly [number, number];
}

/** What layers with weights make of activations. */
export const weighted = { isGaussian: true, isInput: false } as const;

const parameterization: Option<'ntk' | 'standard'> = (given, where, name) => {
  const lower = String(given).toLowerCase();
  if (lower === 'ntk' || lower === 'standard') return lower;
  throw new UnsupportedError(`${where}: ${name} must be 'ntk' or 'standard', got '${given}'.`);
};

const widthFactors: Option<readonly [number, number]> = (given, where, name) => {
  const s = given as readonly [number, number];
  if (s.length === 2 && s.every((factor) => factor > 0)) return s;
  throw new RangeError(`${where}: ${name} must be two positive width factors, got [${s}]. Pass e.g. [1, 1].`);
};

/** {@link WeightOptions}. */
export const weightOptions = {
  wStd: byDefault(1, finite),
  bStd: optional(finite),
  parameterization: byDefault('ntk', parameterization),
  s: byDefault([1, 1], widthFactors),
};

/** Parameters of a finite layer with weights; `b` is absent without biases. */
export type WeightParams = { readonly w: tf.Tensor; readonly b?: tf.Tensor };

/** The rules of one layer's weights: their draw, their scaling, their covariance op. */
export interface Weights {
  /** Channels of the finite layer's outputs. */
  readonly channels: number;
  /**
   * Draws weights of this shape and biases, as Neural Tangents does from the same key.
   *
   * @param places spatial sizes of the biases: 1 where positions share one.
   * @param axes where the outputs have their samples and channels, and so the biases; by default first and last.
   */
  draw(key: Key, shape: readonly number[], fanIn: number, places: readonly number[], axes?: Axes): Params;
  /** Outputs of the finite layer for inputs `[…, fanIn]`: their product with the weights, scaled, plus the biases. */
  output(params: Params, x: tf.Tensor, axes?: Axes): tf.Tensor;
  /** Scales a product of inputs and weights `[…, channels]`, and adds the biases. */
  finish(params: Params, product: tf.Tensor, fanIn: number, axes?: Axes): tf.Tensor;
  /** The covariance op of weights and biases. */
  op(shape: readonly number[], fanIn: number): UnaryOp<AffineOp>;
}

/**
 * The rules of the weights of a layer of `width` outputs.
 *
 * `ntk`: y = wStd/√fanIn · x·w + bStd·b with w, b ~ N(0, 1). `standard`: y = x·w/√s[0] + b with
 * w ~ N(0, wStd²·s[0]/fanIn), b ~ N(0, bStd²).
 */
export function weightsOf(
  name: string,
  width: number,
  { wStd, bStd, s, parameterization }: Complete<typeof weightOptions>,
): Weights {
  const standard = parameterization === 'standard';
  const channels = standard ? width * s[1] : width;
  if (!Number.isInteger(channels)) {
    throw new RangeError(`${name}: width · s[1] must be an integer, got ${width} · ${s[1]}.`);
  }
  const scaled = (x: tf.Tensor, factor: number): tf.Tensor => (factor === 1 ? x : tf.mul(x, factor));

  const finish = (params: Params, product: tf.Tensor, fanIn: number, axes?: Axes): tf.Tensor => {
    const { b } = params as WeightParams;
    const y = scaled(product, standard ? 1 / Math.sqrt(s[0]) : wStd / Math.sqrt(fanIn));
    return b === undefined ? y : tf.add(y, scaled(axes ? toStandard(b, axes) : b, standard ? 1 : bStd!));
  };

  return {
    channels,
    draw(key, shape, fanIn, places, axes = standardAxes(places.length + 2)) {
      const [wKey, bKey] = split(key);
      const params: Record<string, tf.Tensor> = {
        w: tf.tidy(() => scaled(normalTensor(wKey, shape), standard ? wStd * Math.sqrt(s[0] / fanIn) : 1)),
      };
      if (bStd !== undefined) {
        const biases = batchShapeOf(1, [...places, channels], axes);
        params.b = tf.tidy(() => scaled(normalTensor(bKey, biases), standard ? bStd : 1));
      }
      return params;
    },
    output(params, x, axes) {
      const { w } = params as WeightParams;
      const fanIn = w.size / channels;
      const product = tf.matMul(tf.reshape(x, [-1, fanIn]), tf.reshape(w, [fanIn, channels]));
      return finish(params, tf.reshape(product, [...x.shape.slice(0, -1), channels]), fanIn, axes);
    },
    finish,
    op(shape, fanIn) {
      const scale = wStd ** 2;
      const shift = (bStd ?? 0) ** 2;
      return {
        op: 'affine',
        shape,
        scale,
        shift,
        ntkFromNngp: standard ? fanIn / s[0] : scale,
        ntkShift: standard ? Number(bStd !== undefined) : shift,
      };
    },
  };
}

function normalTensor(key: Key, shape: readonly number[]): tf.Tensor {
  return tf.tensor(normal(key, [...shape]).data, [...shape], 'float32');
}
