import { type AnyArray, readArray } from '../base/any-array.js';
import { received } from '../base/received.js';

/**
 * Training times: one, a list of any shape, or `Infinity` (the default) for training to convergence.
 *
 * A step of gradient descent with a learning rate η takes the time 1 where `learningRate` is η.
 */
export type Times = number | readonly number[] | AnyArray;

/** Times one after the other, and the axes that they add to a result: none for a single one. */
export interface ReadTimes {
  readonly values: readonly number[];
  readonly shape: readonly number[];
}

/** @throws RangeError when a time is negative or NaN; TypeError when it is no number. */
export function readTimes(where: string, t: Times): ReadTimes {
  const { values, shape } = valuesOf(where, t);
  for (const time of values) {
    if (typeof time !== 'number') {
      throw new TypeError(
        `${where}: t must be a number or a list of these, ${received(time, 'Pass e.g. 10.')}`,
      );
    }
    if (!(time >= 0)) {
      throw new RangeError(`${where}: t must be at least 0, got ${time}. Training begins at the time 0.`);
    }
  }
  return { values, shape };
}

function valuesOf(where: string, t: Times): ReadTimes {
  if (Array.isArray(t)) return { values: t, shape: [t.length] };
  if (typeof t !== 'object') return { values: [t as number], shape: [] };
  const { shape, data } = readArray(where, 't', t as AnyArray);
  return { values: Array.from(data), shape };
}
