import { type ActivationOp, activationRule } from './activation.js';
import { type AffineOp, affineRule } from './affine.js';
import { type AttentionOp, attentionRule } from './attention.js';
import { type CentreBatchOp, centreBatchRule } from './centre-batch.js';
import { type DiagonalOp, diagonalRule } from './diagonal.js';
import { type DropoutOp, dropoutRule } from './dropout.js';
import { type EmbedOp, embedRule } from './embed.js';
import { type GivenOp, givenRule } from './given.js';
import { type GramOp, gramRule } from './gram.js';
import { type JoinBatchOp, joinBatchRule } from './join-batch.js';
import { type MixOp, mixRule } from './mix.js';
import { type MixBatchOp, mixBatchRule } from './mix-batch.js';
import { type NormalizeOp, normalizeRule } from './normalize.js';
import { type NormalizeBatchOp, normalizeBatchRule } from './normalize-batch.js';
import { type PatchMeanOp, patchMeanRule } from './patch-mean.js';
import { type PermuteOp, permuteRule } from './permute.js';
import { type PoolOp, poolRule } from './pool.js';
import { type ProductOp, productRule } from './product.js';
import type { OpRule } from './rule.js';
import { type SelectOp, selectRule } from './select.js';
import { type SumOp, sumRule } from './sum.js';
import { type TransformOp, transformRule } from './transform.js';
import { type TransposedPatchOp, transposedPatchRule } from './transposed-patch.js';
import { type WeighOp, weighRule } from './weigh.js';
import { type WeighSamplesOp, weighSamplesRule } from './weigh-samples.js';

/** Every covariance op there is. */
export type AnyOp =
  | GramOp
  | GivenOp
  | MixBatchOp
  | JoinBatchOp
  | CentreBatchOp
  | NormalizeBatchOp
  | AffineOp
  | PatchMeanOp
  | SelectOp
  | PoolOp
  | WeighOp
  | WeighSamplesOp
  | ActivationOp
  | SumOp
  | ProductOp
  | TransposedPatchOp
  | DiagonalOp
  | NormalizeOp
  | DropoutOp
  | MixOp
  | TransformOp
  | AttentionOp
  | EmbedOp
  | PermuteOp;

/** The rule of every op; an op without one does not compile. */
export const opRules: { readonly [Name in AnyOp['op']]: OpRule<Extract<AnyOp, { op: Name }>> } = {
  activation: activationRule,
  affine: affineRule,
  attention: attentionRule,
  centreBatch: centreBatchRule,
  diagonal: diagonalRule,
  dropout: dropoutRule,
  embed: embedRule,
  given: givenRule,
  gram: gramRule,
  joinBatch: joinBatchRule,
  mix: mixRule,
  mixBatch: mixBatchRule,
  normalize: normalizeRule,
  normalizeBatch: normalizeBatchRule,
  patchMean: patchMeanRule,
  permute: permuteRule,
  pool: poolRule,
  product: productRule,
  select: selectRule,
  sum: sumRule,
  transform: transformRule,
  transposedPatch: transposedPatchRule,
  weigh: weighRule,
  weighSamples: weighSamplesRule,
};
