import type { Dtype } from './nd-array.js';
import { type Option, oneOf, optional, rule } from './options.js';
import { received } from './received.js';

/** How long work is followed and stopped. */
export interface WorkOptions {
  /** Stops the work; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called as the work goes on, with the steps done and the steps in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** @throws TypeError when a signal is no AbortSignal. */
export const signal: Option<AbortSignal | undefined> = optional((given, where, name) => {
  if (typeof (given as AbortSignal | null)?.throwIfAborted === 'function') return given as AbortSignal;
  const remedy = 'Pass the signal of an AbortController: controller.signal.';
  throw new TypeError(`${where}: ${name} must be an AbortSignal, ${received(given, remedy)}`);
});

const isFunction = (given: unknown): boolean => typeof given === 'function';

/** What is called as work goes on. */
export const callback = <Call>(): Option<Call | undefined> =>
  optional(rule<Call>('must be a function', isFunction, 'Pass e.g. console.log.', TypeError));

/** {@link WorkOptions}. */
export const workOptions = { signal, onProgress: callback<(done: number, total: number) => void>() };

/** The format of numbers. */
export const dtype = oneOf<Dtype>(['float64', 'float32']);
