import { UnsupportedError } from '../base/errors.js';
import type { Dtype } from '../base/nd-array.js';
import { enginePairs } from '../executors/engine/index.js';
import type { PairExecutor } from '../executors/pairs.js';
import { tfPairs } from '../executors/tf/index.js';
import type { Program } from '../program/program.js';

/**
 * Who computes a Program's covariances of pairs: the engine, or where it cannot the tf executor.
 *
 * @param where the caller's name, for messages.
 * @throws UnsupportedError when neither can.
 */
export function pairExecutorFor(where: string, program: Program, dtype: Dtype): PairExecutor {
  if (enginePairs.refusal(program, dtype) === null) return enginePairs;
  const refusal = tfPairs.refusal(program, dtype);
  if (refusal === null) return tfPairs;
  throw new UnsupportedError(`${where}: ${refusal}`);
}
