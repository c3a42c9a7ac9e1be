import * as tf from '#tf';
import { sizeOf } from '../../../base/nd-array.js';
import type { TransformOp } from '../../../program/ops/transform.js';
import { mapCovariances, multiplyAxis } from '../pair-covariances.js';
import { multiplyPositions } from '../position-matrices.js';
import { rowsOf } from '../rows.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `transform`. */
export const evaluateTransform: Evaluation<TransformOp> = ({ matrix, shape }, [input], { source }) => {
  const size = sizeOf(input.shape);
  if ('values' in matrix) {
    const constant = tf.tensor2d(matrix.values.map((row) => [...row]));
    return mapCovariances(input, shape, (k) => multiplyAxis(k, [size], 0, constant));
  }
  const { first, second } = rowsOf('transform', source, matrix.at, sizeOf(shape) * size);
  const square = (rows: tf.Tensor2D): tf.Tensor3D => tf.reshape(rows, [rows.shape[0], -1, size]);
  return multiplyPositions(input, shape, square(first), second && square(second));
};
