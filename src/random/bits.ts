import { checkKey, type Key } from './key.js';
import { type IntegerSample, sampleSize } from './sample.js';
import { threefry2x32 } from './threefry.js';

/**
 * Uniform 32-bit unsigned integers, as `jax.random.bits(key, shape, 'uint32')`: entry i is the exclusive or of the two
 * words of Threefry at counter i, so it does not depend on the shape or on the other entries.
 *
 * @param shape default `[]`, one number
 * @throws ShapeError when `shape` holds anything but non-negative integers
 * @throws TypeError when `key` is no key
 */
export function bits(key: Key, shape: readonly number[] = []): IntegerSample<Uint32Array> {
  checkKey('random.bits', key);
  const size = sampleSize('random.bits', shape);
  return { shape: [...shape], data: bits32(key, size) };
}

/** The first `size` 32-bit draws of a key. */
export function bits32(key: Key, size: number): Uint32Array {
  const data = new Uint32Array(size);
  const words = new Uint32Array(2);
  for (let i = 0; i < size; i++) {
    threefry2x32(key[0], key[1], 0, i, words);
    data[i] = words[0] ^ words[1];
  }
  return data;
}
