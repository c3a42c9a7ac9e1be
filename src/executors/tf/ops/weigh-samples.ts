import { sizeOf } from '../../../base/nd-array.js';
import type { WeighSamplesOp } from '../../../program/ops/weigh-samples.js';
import { weighPositions } from '../pair-covariances.js';
import { rowsOf } from '../rows.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `weighSamples`. */
export const evaluateWeighSamples: Evaluation<WeighSamplesOp> = ({ shape, at }, [input], { source }) => {
  const { first, second } = rowsOf('weighSamples', source, at, sizeOf(shape));
  return weighPositions(input, first, second);
};
