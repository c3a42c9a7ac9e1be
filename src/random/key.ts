import { rule } from '../base/options.js';
import { received } from '../base/received.js';
import { threefry2x32 } from './threefry.js';

/**
 * A random key: two unsigned 32-bit words, frozen. Plain data: it can be stored as JSON and sent to another machine.
 *
 * A key is never consumed by drawing from it; the same key gives the same numbers. Use `split` or `foldIn` for
 * independent streams.
 */
export type Key = readonly [high: number, low: number];

/** A seed that is a number. */
export const seedLike = (remedy: string) =>
  rule<number>(
    'needs an integer from 0 to 2^53 - 1',
    (seed) => Number.isSafeInteger(seed) && seed >= 0,
    remedy,
  );

/**
 * The key of a seed, as `jax.random.key(seed)`.
 *
 * @param seed integer in [0, 2⁵³). From 2³² on it equals jax with `jax_enable_x64`; jax without it drops the high word.
 * @throws RangeError when `seed` is not such an integer
 * @example
 * ```ts
 * import { random } from 'neural-tangents';
 *
 * const [imageKey, labelKey] = random.split(random.key(0));
 * const images = random.normal(imageKey, [10, 28, 28, 1]);
 * const labels = random.randint(labelKey, [10], 0, 10);
 * ```
 */
export function key(seed: number): Key {
  seedLike('Pass e.g. random.key(0).')(seed, 'random.key', 'seed');
  return makeKey(Math.floor(seed / 2 ** 32), seed % 2 ** 32);
}

/**
 * Refuses what is no key. A bare seed is the usual mistake: its words would be absent, and every seed give the same numbers.
 *
 * @param where the public function to name in the error
 * @throws TypeError when `key` is not two unsigned 32-bit words
 */
export function checkKey(where: string, key: unknown): asserts key is Key {
  const isKey = Array.isArray(key) && key.length === 2 && key.every((word) => word >>> 0 === word);
  if (isKey) return;
  const remedy =
    Number.isSafeInteger(key) && (key as number) >= 0 ? `random.key(${key})` : 'e.g. random.key(0)';
  throw new TypeError(`${where}: key must be a random key, ${received(key, `Pass ${remedy}.`)}`);
}

/**
 * Splits a key into `num` independent ones, as `jax.random.split`. Do not draw from the split key afterwards.
 *
 * @param num non-negative integer
 * @throws RangeError when `num` is not such an integer
 * @throws TypeError when `parent` is no key
 */
export function split(parent: Key, num = 2): Key[] {
  checkKey('random.split', parent);
  if (!Number.isInteger(num) || num < 0) {
    throw new RangeError(
      `random.split: num needs a non-negative integer, got ${num}. Pass e.g. random.split(key, 2).`,
    );
  }
  return Array.from({ length: num }, (_, i) => child(parent, i));
}

/**
 * Mixes an integer into a key, as `jax.random.fold_in`: a cheap way to one key per step or per worker.
 *
 * @remarks With the partitionable scheme `foldIn(key, i)` equals `split(key, n)[i]` for every n > i, as in jax: use one of
 * the two on a given key, not both.
 * @param data integer in [−2³¹, 2³²); a negative one counts as its two's complement
 * @throws RangeError when `data` is not such an integer
 * @throws TypeError when `parent` is no key
 */
export function foldIn(parent: Key, data: number): Key {
  checkKey('random.foldIn', parent);
  if (!Number.isInteger(data) || data < -(2 ** 31) || data >= 2 ** 32) {
    throw new RangeError(
      `random.foldIn: data needs a 32-bit integer, got ${data}. Fold larger numbers in as two words.`,
    );
  }
  return child(parent, data);
}

function child(parent: Key, counter: number): Key {
  const out = new Uint32Array(2);
  threefry2x32(parent[0], parent[1], 0, counter, out);
  return makeKey(out[0], out[1]);
}

function makeKey(high: number, low: number): Key {
  return Object.freeze([high, low] as const);
}
