import * as tf from '#tf';
import type { SelectOp } from '../../../program/ops/select.js';
import { mapCovariances, multiplyAxis, selection } from '../pair-covariances.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `select`. */
export const evaluateSelect: Evaluation<SelectOp> = ({ at, shape }, [input]) =>
  mapCovariances(input, shape, (k) => {
    const sizes = [...input.shape];
    return at.reduce<typeof k>((result, places, axis) => {
      const picks = typeof places === 'number' ? [places] : places;
      const next = multiplyAxis(result, sizes, axis, selection(picks, sizes[axis]));
      sizes[axis] = picks.length;
      return next;
    }, tf.clone(k));
  });
