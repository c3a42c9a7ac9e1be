import { checkKey, type Key } from './key.js';
import { type IntegerSample, sampleSize } from './sample.js';
import { uniformF32 } from './uniform.js';

/**
 * Zeros and ones, 1 with probability `p`, as `jax.random.bernoulli(key, p, shape)`.
 *
 * @param p probability in [0, 1], default 0.5; its resolution is 2⁻²³
 * @param shape default `[]`, one number
 * @throws RangeError when `p` lies outside [0, 1]
 * @throws ShapeError when `shape` holds anything but non-negative integers
 * @throws TypeError when `key` is no key
 */
export function bernoulli(key: Key, p = 0.5, shape: readonly number[] = []): IntegerSample<Uint8Array> {
  checkKey('random.bernoulli', key);
  if (!(p >= 0 && p <= 1)) {
    throw new RangeError(`random.bernoulli: p needs a probability in [0, 1], got ${p}. Pass e.g. 0.5.`);
  }
  const draws = uniformF32(key, sampleSize('random.bernoulli', shape), 0, 1);
  const bound = Math.fround(p);
  return { shape: [...shape], data: Uint8Array.from(draws, (u) => (u < bound ? 1 : 0)) };
}
