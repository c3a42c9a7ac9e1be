import type { Dtype } from '../base/nd-array.js';
import { byDefault, isWhole, type Option, rule } from '../base/options.js';
import { describe } from '../base/received.js';
import { dtype, type WorkOptions, workOptions } from '../base/work-options.js';
import { defaultThreads } from '../executors/engine/index.js';

/** A covariance that is one number for each pair of samples. */
export type GramField = 'nngp' | 'ntk';

/** How a Gram matrix is computed. */
export interface ComputeOptions extends WorkOptions {
  /** Precision of the kernel. Default `'float64'`; `'float32'` is about twice as fast. */
  readonly dtype?: Dtype;
  /** Worker threads. Default: one a core. The result's bits do not depend on it. */
  readonly threads?: number;
  /** Called as tiles come in, with the pairs done and the pairs in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

const threadCount = rule('must be a whole number of at least 1', isWhole(1));

/** {@link ComputeOptions}. */
export const computeOptions = {
  dtype: byDefault('float64', dtype),
  threads: ((given, where, name) =>
    threadCount(given === undefined ? defaultThreads() : given, where, name)) as Option<number>,
  ...workOptions,
};

/** Which covariance. */
export const field: Option<GramField> = (given, where, name) => {
  if (given === 'nngp' || given === 'ntk') return given;
  throw new RangeError(
    `${where}: ${name} must be 'nngp' or 'ntk' (gram: or a list of these), got ${describe(given)}.`,
  );
};

/** Which covariance, or a list of them; as a list. */
export const fields: Option<readonly GramField[]> = (given, where, name) => {
  const list = [given].flat();
  if (list.length === 0) throw new RangeError(`${where}: ${name} must name at least one field, e.g. 'ntk'.`);
  return list.map((each) => field(each, where, name));
};
