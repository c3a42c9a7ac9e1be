import type { AnyOp } from '../../../program/ops/index.js';
import { evaluateActivation } from './activation.js';
import { evaluateAffine } from './affine.js';
import { evaluateAttention } from './attention.js';
import { evaluateCentreBatch } from './centre-batch.js';
import { evaluateDiagonal } from './diagonal.js';
import { evaluateDropout } from './dropout.js';
import { evaluateEmbed } from './embed.js';
import type { Evaluation } from './evaluation.js';
import { evaluateGiven } from './given.js';
import { evaluateGram } from './gram.js';
import { evaluateJoinBatch } from './join-batch.js';
import { evaluateMix } from './mix.js';
import { evaluateMixBatch } from './mix-batch.js';
import { evaluateNormalize } from './normalize.js';
import { evaluateNormalizeBatch } from './normalize-batch.js';
import { evaluatePatchMean } from './patch-mean.js';
import { evaluatePermute } from './permute.js';
import { evaluatePool } from './pool.js';
import { evaluateProduct } from './product.js';
import { evaluateSelect } from './select.js';
import { evaluateSum } from './sum.js';
import { evaluateTransform } from './transform.js';
import { evaluateTransposedPatch } from './transposed-patch.js';
import { evaluateWeigh } from './weigh.js';
import { evaluateWeighSamples } from './weigh-samples.js';

/** The evaluation of every op; an op without one does not compile. */
export const evaluations: { readonly [Name in AnyOp['op']]: Evaluation<Extract<AnyOp, { op: Name }>> } = {
  activation: evaluateActivation,
  affine: evaluateAffine,
  attention: evaluateAttention,
  centreBatch: evaluateCentreBatch,
  diagonal: evaluateDiagonal,
  dropout: evaluateDropout,
  embed: evaluateEmbed,
  given: evaluateGiven,
  gram: evaluateGram,
  joinBatch: evaluateJoinBatch,
  mix: evaluateMix,
  mixBatch: evaluateMixBatch,
  normalize: evaluateNormalize,
  normalizeBatch: evaluateNormalizeBatch,
  patchMean: evaluatePatchMean,
  permute: evaluatePermute,
  pool: evaluatePool,
  product: evaluateProduct,
  select: evaluateSelect,
  sum: evaluateSum,
  transform: evaluateTransform,
  transposedPatch: evaluateTransposedPatch,
  weigh: evaluateWeigh,
  weighSamples: evaluateWeighSamples,
};
