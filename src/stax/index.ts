/**
 * Layers and their combinators: each makes a triple `{ init, apply, kernel }`.
 *
 * @packageDocumentation
 */

export { append as appendOps, type UnaryOp } from '../tracing/symbolic.js';
export { FanInConcat } from './combinators/fan-in-concat.js';
export { FanInProd } from './combinators/fan-in-prod.js';
export { FanInSum } from './combinators/fan-in-sum.js';
export { FanOut } from './combinators/fan-out.js';
export { Identity } from './combinators/identity.js';
export { parallel } from './combinators/parallel.js';
export { repeat } from './combinators/repeat.js';
export { type ResidualOptions, residual } from './combinators/residual.js';
export { type InputOfFirst, type OutputOfLast, serial } from './combinators/serial.js';
export type { AnyLayer, Apply, ApplyOptions, Init, Layer } from './layer/layer.js';
export type { MaskOf, MaskRules } from './layer/layer-masks.js';
export type { LayerAxes, LayerSpec, RunOptions } from './layer/layer-spec.js';
export { makeLayer as layer } from './layer/make-layer.js';
export { mapParams, type Params } from './layer/params.js';
export type { InputOf, OutputOf } from './layer/typing.js';
export { Dropout, type DropoutOptions } from './nonlinearities/dropout.js';
export { Elementwise, type ElementwiseOptions, type MomentFunction } from './nonlinearities/elementwise.js';
export {
  ElementwiseNumerical,
  type ElementwiseNumericalOptions,
  type FunctionName,
} from './nonlinearities/elementwise-numerical.js';
export { Erf, type ErfOptions } from './nonlinearities/erf.js';
export { Exp, type ExpOptions } from './nonlinearities/exp.js';
export { ExpNormalized, type ExpNormalizedOptions } from './nonlinearities/exp-normalized.js';
export { Gabor } from './nonlinearities/gabor.js';
export { Gaussian, type GaussianOptions } from './nonlinearities/gaussian.js';
export { Gelu, type GeluOptions } from './nonlinearities/gelu.js';
export { Hermite } from './nonlinearities/hermite.js';
export { Laplace } from './nonlinearities/laplace.js';
export { Monomial, Polynomial } from './nonlinearities/polynomial.js';
export { Rbf } from './nonlinearities/rbf.js';
export { RectifiedMonomial } from './nonlinearities/rectified-monomial.js';
export { ABRelu, Abs, LeakyRelu, Relu, type ReluOptions } from './nonlinearities/relu.js';
export { Scale } from './nonlinearities/scale.js';
export { Sigmoid_like } from './nonlinearities/sigmoid-like.js';
export { Sign } from './nonlinearities/sign.js';
export { Cos, Sin, type SinOptions } from './nonlinearities/sin.js';
export { Softmax } from './nonlinearities/softmax.js';
export { BatchNorm, type BatchNormOptions } from './normalization/batch-norm.js';
export { LayerNorm, type LayerNormOptions } from './normalization/layer-norm.js';
export { GlobalAvgPool, GlobalSumPool } from './pooling/global-pool.js';
export { MaxPool } from './pooling/max-pool.js';
export { AvgPool, type AvgPoolOptions, SumPool, type SumPoolOptions } from './pooling/pool.js';
export { Aggregate, type AggregateImplementation, type AggregateOptions } from './reshaping/aggregate.js';
export type { DotDimensionNumbers } from './reshaping/dot-dimensions.js';
export { type DotConstant, DotGeneral, type DotGeneralOptions } from './reshaping/dot-general.js';
export { Flatten, type FlattenOptions } from './reshaping/flatten.js';
export { ImageResize, type ImageResizeOptions, type ResizeMethod } from './reshaping/image-resize.js';
export { Index, type IndexEntry, Slice, type SliceRange } from './reshaping/index-layer.js';
export type {
  AttentionMechanism,
  GlobalSelfAttentionOptions,
  PositionalEmbedding,
} from './weights/attention-settings.js';
export { Dense, type DenseOptions } from './weights/dense.js';
export { GlobalSelfAttention } from './weights/global-self-attention.js';
export type { DecayFunction } from './weights/positional-embedding.js';
export { Recurrent, type RecurrentOptions } from './weights/recurrent.js';
export type { WeightOptions } from './weights/weights.js';
export { Conv } from './windows/conv.js';
export { ConvLocal } from './windows/conv-local.js';
export type { ConvOptions } from './windows/conv-options.js';
export { ConvTranspose } from './windows/conv-transpose.js';
export type { DimensionNumbers } from './windows/dimension-numbers.js';
export type { Padding } from './windows/geometry.js';
