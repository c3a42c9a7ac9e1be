import type { Dtype, FloatArray } from './nd-array.js';

/** Bytes of one number. */
export const bytesOf = (dtype: Dtype): number => (dtype === 'float32' ? 4 : 8);

/** A new array of zeros. */
export const zeros = (dtype: Dtype, length: number): FloatArray =>
  dtype === 'float32' ? new Float32Array(length) : new Float64Array(length);

/** Whether numbers are a typed array of floats. */
export const isFloats = (numbers: ArrayLike<number>): numbers is FloatArray =>
  numbers instanceof Float64Array || numbers instanceof Float32Array;
