/**
 * Layers and their combinators: each makes a triple `{ init, apply, kernel }`.
 *
 * @packageDocumentation
 */
export { Aggregate, type AggregateImplementation, type AggregateOptions } from './aggregate.js';
export { BatchNorm, type BatchNormOptions } from './batch-norm.js';
export { Conv, type ConvOptions } from './conv.js';
export { ConvLocal } from './conv-local.js';
export { ConvTranspose } from './conv-transpose.js';
export { Dense, type DenseOptions } from './dense.js';
export type { DimensionNumbers } from './dimension-numbers.js';
export type { DotDimensionNumbers } from './dot-dimensions.js';
export { type DotConstant, DotGeneral, type DotGeneralOptions } from './dot-general.js';
export { Dropout, type DropoutOptions } from './dropout.js';
export { Elementwise, type ElementwiseOptions, type MomentFunction } from './elementwise.js';
export {
  ElementwiseNumerical,
  type ElementwiseNumericalOptions,
  type FunctionName,
} from './elementwise-numerical.js';
export { Erf, type ErfOptions } from './erf.js';
export { Exp, type ExpOptions } from './exp.js';
export { ExpNormalized, type ExpNormalizedOptions } from './exp-normalized.js';
export { FanInConcat } from './fan-in-concat.js';
export { FanInProd } from './fan-in-prod.js';
export { FanInSum } from './fan-in-sum.js';
export { FanOut } from './fan-out.js';
export { Flatten, type FlattenOptions } from './flatten.js';
export { Gabor } from './gabor.js';
export { Gaussian, type GaussianOptions } from './gaussian.js';
export { Gelu, type GeluOptions } from './gelu.js';
export type { Padding } from './geometry.js';
export { GlobalAvgPool, GlobalSumPool } from './global-pool.js';
export {
  type AttentionMechanism,
  GlobalSelfAttention,
  type GlobalSelfAttentionOptions,
  type PositionalEmbedding,
} from './global-self-attention.js';
export { Hermite } from './hermite.js';
export { Identity } from './identity.js';
export { ImageResize, type ImageResizeOptions, type ResizeMethod } from './image-resize.js';
export { Index, type IndexEntry, Slice, type SliceRange } from './index-layer.js';
export type { AnyLayer, Apply, ApplyOptions, Init, Layer } from './layer.js';
export { LayerNorm, type LayerNormOptions } from './layer-norm.js';
export { MaxPool } from './max-pool.js';
export { parallel } from './parallel.js';
export { mapParams, type Params } from './params.js';
export { Monomial, Polynomial } from './polynomial.js';
export { AvgPool, type AvgPoolOptions, SumPool, type SumPoolOptions } from './pool.js';
export type { DecayFunction } from './positional-embedding.js';
export { Rbf } from './rbf.js';
export { RectifiedMonomial } from './rectified-monomial.js';
export { Recurrent, type RecurrentOptions } from './recurrent.js';
export { ABRelu, Abs, LeakyRelu, Relu, type ReluOptions } from './relu.js';
export { repeat } from './repeat.js';
export { type ResidualOptions, residual } from './residual.js';
export { Scale } from './scale.js';
export { type InputOfFirst, type OutputOfLast, serial } from './serial.js';
export { Sigmoid_like } from './sigmoid-like.js';
export { Sign } from './sign.js';
export { Cos, Sin, type SinOptions } from './sin.js';
export { Softmax } from './softmax.js';
export type { InputOf, OutputOf } from './typing.js';
export type { WeightOptions } from './weights.js';
