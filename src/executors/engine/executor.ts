import { UnsupportedError } from '../../errors.js';
import type { Executor } from '../../program/executor.js';

/** Runs Programs on the WASM engine. */
export const engineExecutor: Executor = {
  name: 'engine',
  evaluate() {
    throw new UnsupportedError("kernel: the engine is not built. Pass { executor: 'tf' }.");
  },
};
