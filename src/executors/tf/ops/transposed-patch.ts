import * as tf from '#tf';
import { sizeOf } from '../../../base/nd-array.js';
import type { TransposedPatchOp } from '../../../program/ops/transposed-patch.js';
import { mapCovariances, multiplyAxis, selection } from '../pair-covariances.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `transposedPatch`. */
export const evaluateTransposedPatch: Evaluation<TransposedPatchOp> = (op, [input]) =>
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
  });
