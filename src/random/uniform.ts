import type { Dtype, FloatArray, NdArray } from '../base/nd-array.js';
import { anything, byDefault, readOptions } from '../base/options.js';
import { dtype } from '../base/work-options.js';
import { bits32 } from './bits.js';
import { fmaF32, fmaF64 } from './fused-multiply-add.js';
import { checkKey, type Key } from './key.js';
import { sampleSize } from './sample.js';
import { threefry2x32 } from './threefry.js';

/** Options of `uniform`. */
export interface UniformOptions<D extends Dtype = Dtype> {
  /** Smallest value, default 0. */
  minval?: number;
  /** Upper bound, default 1; excluded, but rounding may reach it when the range is not [0, 1). */
  maxval?: number;
  /** The format to draw in; the two give different numbers, as in jax. Default `'float32'`. */
  dtype?: D;
}

const uniformOptions = {
  minval: byDefault(0, anything<number>()),
  maxval: byDefault(1, anything<number>()),
  dtype: byDefault('float32', dtype),
};

/**
 * Uniform numbers in [minval, maxval), as `jax.random.uniform`, to the bit (jax on a CPU with fused multiply-add).
 *
 * @param shape default `[]`, one number
 * @returns array of `shape`; 23 (float32) or 52 (float64) random bits an entry
 * @throws ShapeError when `shape` holds anything but non-negative integers
 * @throws TypeError when `key` is no key
 * @throws RangeError when the range is not finite or `minval > maxval`
 */
export function uniform<D extends Dtype = 'float32'>(
  key: Key,
  shape: readonly number[] = [],
  options: UniformOptions<D> = {},
): NdArray<FloatArray<D>> {
  const { minval, maxval, dtype } = readOptions('random.uniform', options, uniformOptions);
  checkKey('random.uniform', key);
  const size = sampleSize('random.uniform', shape);
  if (!Number.isFinite(maxval - minval) || minval > maxval) {
    throw new RangeError(
      `random.uniform: minval and maxval need to be finite with minval <= maxval, got ${minval} and ${maxval}. Pass e.g. { minval: -1, maxval: 1 }.`,
    );
  }
  const data =
    dtype === 'float64' ? uniformF64(key, size, minval, maxval) : uniformF32(key, size, minval, maxval);
  return { shape: [...shape], data: data as FloatArray<D> };
}

/** `size` float32 draws in [minval, maxval). */
export function uniformF32(key: Key, size: number, minval: number, maxval: number): Float32Array {
  const words = bits32(key, size);
  const data = new Float32Array(size);
  const low = Math.fround(minval);
  const span = Math.fround(Math.fround(maxval) - low);
  for (let i = 0; i < size; i++) data[i] = Math.max(low, fmaF32((words[i] >>> 9) * 2 ** -23, span, low));
  return data;
}

/** `size` float64 draws in [minval, maxval). */
export function uniformF64(key: Key, size: number, minval: number, maxval: number): Float64Array {
  const data = new Float64Array(size);
  const words = new Uint32Array(2);
  const span = maxval - minval;
  for (let i = 0; i < size; i++) {
    threefry2x32(key[0], key[1], 0, i, words);
    const unit = (words[0] * 2 ** 20 + (words[1] >>> 12)) * 2 ** -52;
    data[i] = Math.max(minval, fmaF64(unit, span, minval));
  }
  return data;
}
