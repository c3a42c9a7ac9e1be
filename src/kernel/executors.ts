import * as tf from '#tf';
import { UnsupportedError } from '../base/errors.js';
import { engineExecutor } from '../executors/engine/index.js';
import type { Executor } from '../executors/executor.js';
import { tfExecutor } from '../executors/tf/index.js';

/** Who evaluates a Program: the library's own WASM engine, or plain ops of the current tfjs backend. */
export type ExecutorName = 'engine' | 'tf';

const executors: { readonly [name in ExecutorName]: Executor } = { engine: engineExecutor, tf: tfExecutor };

/** Backends that keep tensors in the CPU's memory, where the engine is the faster choice. */
const cpuBackends = ['cpu', 'wasm', 'tensorflow'];

/**
 * The executor of this name; without a name, the engine if the tfjs backend keeps tensors in the CPU's memory or there is none, and
 * `tf` on GPUs.
 *
 * @throws UnsupportedError for another name.
 */
export function executorFor(
  name: ExecutorName | undefined,
  backend: string | undefined = tf.getBackend(),
): Executor {
  if (name === undefined)
    return executors[backend === undefined || cpuBackends.includes(backend) ? 'engine' : 'tf'];
  if (!Object.hasOwn(executors, name)) {
    throw new UnsupportedError(`kernel: executor must be 'engine' or 'tf', got '${name}'.`);
  }
  return executors[name];
}
