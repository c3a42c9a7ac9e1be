import * as tf from '#tf';
import type { MixOp } from '../../../program/ops/mix.js';
import { mapCovariances, multiplyAxis } from '../pair-covariances.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `mix`. */
export const evaluateMix: Evaluation<MixOp> = ({ matrices, shape }, [input]) =>
  mapCovariances(input, shape, (k) => {
    const sizes = [...input.shape];
    return matrices.reduce<typeof k>((result, matrix, axis) => {
      if (matrix === null) return result;
      const next = multiplyAxis(result, sizes, axis, tf.tensor2d(matrix.map((row) => [...row])));
      sizes[axis] = matrix.length;
      return next;
    }, tf.clone(k));
  });
