import type { Dtype, FloatArray, NdArray } from '../base/nd-array.js';
import { byDefault, readOptions } from '../base/options.js';
import { dtype } from '../base/work-options.js';
import { erfInvF32, erfInvF64 } from './erf-inv.js';
import { checkKey, type Key } from './key.js';
import { sampleSize } from './sample.js';
import { uniformF32, uniformF64 } from './uniform.js';

/** Options of `normal`. */
export interface NormalOptions<D extends Dtype = Dtype> {
  /** Default `'float32'`. */
  dtype?: D;
}

const normalOptions = { dtype: byDefault('float32', dtype) };

// The smallest numbers above −1: the uniform draw must never be −1, whose erf_inv is −∞.
const ABOVE_MINUS_ONE_F32 = -(1 - 2 ** -24);
const ABOVE_MINUS_ONE_F64 = -(1 - 2 ** -53);
const SQRT2_F32 = Math.fround(Math.SQRT2);

/**
 * Standard normal numbers, √2 · erf⁻¹(u) with u uniform in (−1, 1), as `jax.random.normal`.
 *
 * In float32 they equal jax's on a CPU with fused multiply-add to the bit (10⁶ draws
 * compared), on every machine; in float64 up to 32 units in
 * the last place, because jax's own logarithm is less accurate there.
 *
 * @param shape default `[]`, one number
 * @returns array of `shape`, mean 0, variance 1
 * @throws ShapeError when `shape` holds anything but non-negative integers
 * @throws TypeError when `key` is no key
 * @example
 * ```ts
 * import { random } from 'neural-tangents';
 *
 * const noise = random.normal(random.key(0), [2, 3]);
 * console.log(noise.shape, noise.data[0].toFixed(6)); // [ 2, 3 ] 1.622642
 * ```
 */
export function normal<D extends Dtype = 'float32'>(
  key: Key,
  shape: readonly number[] = [],
  options: NormalOptions<D> = {},
): NdArray<FloatArray<D>> {
  checkKey('random.normal', key);
  const { dtype } = readOptions('random.normal', options, normalOptions);
  const size = sampleSize('random.normal', shape);
  const data = dtype === 'float64' ? normalF64(key, size) : normalF32(key, size);
  return { shape: [...shape], data: data as FloatArray<D> };
}

function normalF32(key: Key, size: number): Float32Array {
  const data = uniformF32(key, size, ABOVE_MINUS_ONE_F32, 1);
  for (let i = 0; i < size; i++) data[i] = SQRT2_F32 * erfInvF32(data[i]);
  return data;
}

function normalF64(key: Key, size: number): Float64Array {
  const data = uniformF64(key, size, ABOVE_MINUS_ONE_F64, 1);
  for (let i = 0; i < size; i++) data[i] = Math.SQRT2 * erfInvF64(data[i]);
  return data;
}
