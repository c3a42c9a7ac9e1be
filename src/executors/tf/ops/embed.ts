import * as tf from '#tf';
import { sizeOf } from '../../../base/nd-array.js';
import type { EmbedOp } from '../../../program/ops/embed.js';
import { mapCovariances } from '../pair-covariances.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `embed`. */
export const evaluateEmbed: Evaluation<EmbedOp> = ({ shape, covariance }, [input], { withNtk }) => {
  const p = sizeOf(shape);
  const added = tf.reshape(tf.tensor2d(covariance.map((row) => [...row])), [1, p, 1, p]);
  const ntk = input.ntk ?? (withNtk ? tf.zerosLike(input.nngp) : null);
  return mapCovariances({ ...input, ntk }, shape, (k) => tf.add(k, added));
};
