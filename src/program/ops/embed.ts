import * as tf from '@tensorflow/tfjs';
import { sizeOf } from '../../base/nd-array.js';
import type { OpBase } from './op.js';
import { mapCovariances } from './pair-covariances.js';
import { type OpRule, sameOffset } from './rule.js';

/** K'[p,p'] = K[p,p'] + R[p,p'], Θ' = Θ + R: trainable positional embeddings that are added to the activations. */
export interface EmbedOp extends OpBase<'embed'> {
  /** R, positions in row-major order. */
  readonly covariance: readonly (readonly number[])[];
}

/** How executors run `embed`. */
export const embedRule: OpRule<EmbedOp> = {
  needs: sameOffset,
  evaluate({ shape, covariance }, [input], { withNtk }) {
    const p = sizeOf(shape);
    const added = tf.reshape(tf.tensor2d(covariance.map((row) => [...row])), [1, p, 1, p]);
    const ntk = input.ntk ?? (withNtk ? tf.zerosLike(input.nngp) : null);
    return mapCovariances({ ...input, ntk }, shape, (k) => tf.add(k, added));
  },
};
