// The engine's door: nothing outside this folder imports past it.
import { UnsupportedError } from '../../base/errors.js';
import type { PairExecutor } from '../pairs.js';
import { engineGram } from './jobs/gram.js';
import { engineCost } from './jobs/job-size.js';
import { engineRidge } from './jobs/ridge.js';
import { engineVjp } from './jobs/vjp.js';
import { lower } from './lowering/lower.js';

export { engineExecutor } from './executor.js';
export { type OpCost, opCosts } from './op-costs.js';
export { defaultThreads, releaseThreads } from './threads/thread-pool.js';

/** Pairs of samples on worker threads, in WebAssembly, in either precision. */
export const enginePairs: PairExecutor = {
  name: 'engine',
  refusal: (program) => {
    try {
      lower(program);
      return null;
    } catch (error) {
      if (error instanceof UnsupportedError) return error.message;
      throw error;
    }
  },
  gram: engineGram,
  vjp: engineVjp,
  ridge: engineRidge,
  cost: engineCost,
};
