import { bits32 } from './bits.js';
import { checkKey, type Key, split } from './key.js';
import { type IntegerSample, sampleSize } from './sample.js';

/**
 * Uniform integers in [minval, maxval), as `jax.random.randint(key, shape, minval, maxval)` with its default int32.
 *
 * @remarks Two draws are reduced modulo the span, so the bias is below span/2⁶⁴ relative, save for the wrap-around at 2³²
 * that jax has too.
 * @param minval smallest value, int32
 * @param maxval upper bound, excluded, int32; jax returns `minval` when it is not above it, here that is an error
 * @throws RangeError when the bounds are not int32 or the range is empty
 * @throws ShapeError when `shape` holds anything but non-negative integers
 * @throws TypeError when `key` is no key
 */
export function randint(key: Key, shape: readonly number[], minval: number, maxval: number): IntegerSample {
  checkKey('random.randint', key);
  if ((minval | 0) !== minval || (maxval | 0) !== maxval || minval >= maxval) {
    throw new RangeError(
      `random.randint: minval < maxval need to be 32-bit integers, got ${minval} and ${maxval}. Pass e.g. random.randint(key, [3], 0, 10).`,
    );
  }
  const size = sampleSize('random.randint', shape);
  const [highKey, lowKey] = split(key);
  const high = bits32(highKey, size);
  const low = bits32(lowKey, size);
  const span = maxval - minval;
  const half = 2 ** 16 % span;
  const multiplier = (Math.imul(half, half) >>> 0) % span;
  const data = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    const offset = (Math.imul(high[i] % span, multiplier) + (low[i] % span)) >>> 0;
    data[i] = minval + (offset % span);
  }
  return { shape: [...shape], data };
}
