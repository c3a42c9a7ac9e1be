import type { BatchMap, MixBatchOp } from '../../../program/ops/mix-batch.js';
import { resizeMatrix } from '../../../program/resize.js';
import { slicePositions } from '../../../program/slice.js';
import { blockDiagonal, mapBatch, multiplyBatch } from '../batch.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `mixBatch`. */
export const evaluateMixBatch: Evaluation<MixBatchOp> = ({ map, shape }, [input], { batches: [sizes] }) => {
  const matrix = blockDiagonal(sizes.map((n) => matrixOf(map, n)));
  return mapBatch(input, shape, (k) => multiplyBatch(k, matrix));
};

/** The matrix `[out, in]` of a map of `n` samples. */
function matrixOf(map: BatchMap, n: number): number[][] {
  if (map.kind === 'resize') return resizeMatrix(map.method, n, map.to, map.antialias);
  return slicePositions(map.range, n).map((at) => Array.from({ length: n }, (_, i) => Number(i === at)));
}
