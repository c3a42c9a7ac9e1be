import * as tf from '@tensorflow/tfjs';
import { sizeOf } from '../../base/nd-array.js';
import type { OpBase } from './op.js';
import { mapCovariances, multiplyAxis, selection } from './pair-covariances.js';
import type { OpRule } from './rule.js';

/**
 * K'[P,P'] = (1/size) Σ_δ K[p,p'] over the window's δ for which P = p·s − lo + δ and P' = p'·s − lo + δ with whole
 * positions p, p' of the input. Θ alike.
 *
 * The weights of a transposed convolution (before `affine`): the adjoint of `patchMean`.
 */
export interface TransposedPatchOp extends OpBase<'transposedPatch'> {
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly low: readonly number[];
}

/** How executors run `transposedPatch`. */
export const transposedPatchRule: OpRule<TransposedPatchOp> = {
  needs({ strides }, offset, inputShape) {
    const d = offset.map((entry, axis) => entry / strides[axis]);
    return d.every((entry, axis) => Number.isInteger(entry) && Math.abs(entry) < inputShape[axis]) ? [d] : [];
  },
  evaluate: (op, [input]) =>
    mapCovariances(input, op.shape, (k) => {
      const sizes = [...input.shape];
      const total = op.shape.reduce<typeof k>((result, out, axis) => {
        // A position without a p between the input's falls on none of them, as one outside does.
        const pick = (delta: number) =>
          Array.from({ length: out }, (_, P) => (P + op.low[axis] - delta) / op.strides[axis]);
        const terms = Array.from({ length: op.window[axis] }, (_, delta) =>
          multiplyAxis(result, sizes, axis, selection(pick(delta), sizes[axis])),
        );
        sizes[axis] = out;
        return tf.addN(terms);
      }, k);
      return tf.div(total, sizeOf(op.window));
    }),
};
