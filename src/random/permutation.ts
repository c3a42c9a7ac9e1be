import { byDefault, flag, readOptions } from '../base/options.js';
import { bits32 } from './bits.js';
import { checkKey, type Key, split } from './key.js';
import { randint } from './randint.js';
import { sampleSize } from './sample.js';
import { sortedOrder } from './sorted-order.js';

/** Options of `choice`. */
export interface ChoiceOptions {
  /** Whether an element may be drawn more than once, default true (as in jax). */
  replace?: boolean;
}

const choiceOptions = { replace: byDefault(true, flag) };

/**
 * A random order of 0, …, n − 1, or of the elements of a list, as `jax.random.permutation`.
 *
 * Repeated stable sorts by fresh 32-bit keys; three times log n / log 2³² rounds make a tie in all of them unlikely.
 *
 * @param x non-negative integer n, or a list (which is not changed)
 * @throws RangeError when n is not a non-negative integer
 * @throws TypeError when `key` is no key
 * @remarks O(n) time.
 */
export function permutation(key: Key, x: number): Int32Array;
export function permutation<T>(key: Key, x: ArrayLike<T>): T[];
export function permutation<T>(key: Key, x: number | ArrayLike<T>): Int32Array | T[] {
  checkKey('random.permutation', key);
  if (typeof x !== 'number') return Array.from(permutation(key, x.length), (i) => x[i]);
  if (!Number.isInteger(x) || x < 0) {
    throw new RangeError(
      `random.permutation: needs a non-negative integer or a list, got ${x}. Pass e.g. random.permutation(key, 10).`,
    );
  }
  let order = new Int32Array(x).map((_, i) => i);
  let rest = key;
  const rounds = Math.ceil((3 * Math.log(Math.max(1, x))) / Math.log(2 ** 32 - 1));
  for (let round = 0; round < rounds; round++) {
    const [next, sortKey] = split(rest);
    rest = next;
    const previous = order;
    order = sortedOrder(bits32(sortKey, x)).map((place) => previous[place]);
  }
  return order;
}

/**
 * Uniformly chosen numbers below n, or elements of a list, as `jax.random.choice(key, a, shape, replace)`.
 *
 * @param a positive integer n, or a non-empty list
 * @param shape how many to draw; the result is flat, in row-major order
 * @throws RangeError when there is nothing to draw from, or `replace` is false and too few elements exist
 * @throws ShapeError when `shape` holds anything but non-negative integers
 * @throws TypeError when `key` is no key
 */
export function choice(key: Key, a: number, shape?: readonly number[], options?: ChoiceOptions): Int32Array;
export function choice<T>(key: Key, a: ArrayLike<T>, shape?: readonly number[], options?: ChoiceOptions): T[];
export function choice<T>(
  key: Key,
  a: number | ArrayLike<T>,
  shape: readonly number[] = [],
  options: ChoiceOptions = {},
): Int32Array | T[] {
  checkKey('random.choice', key);
  if (typeof a !== 'number') return Array.from(choice(key, a.length, shape, options), (i) => a[i]);
  const { replace } = readOptions('random.choice', options, choiceOptions);
  const count = sampleSize('random.choice', shape);
  if (!Number.isInteger(a) || a < 0 || (a === 0 && count > 0)) {
    throw new RangeError(
      `random.choice: needs a positive number of elements to choose from, got ${a}. Pass e.g. random.choice(key, 10, [3]).`,
    );
  }
  if (count === 0) return new Int32Array(0);
  if (replace) return randint(key, shape, 0, a).data;
  if (count > a) {
    throw new RangeError(
      `random.choice: without replacement at most ${a} of ${a} elements can be drawn, got ${count}. Draw fewer or set replace: true.`,
    );
  }
  return permutation(key, a).slice(0, count);
}
