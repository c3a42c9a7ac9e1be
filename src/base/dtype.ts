import type { Dtype, FloatArray } from './nd-array.js';

/** Bytes of one number. */
export const bytesOf = (dtype: Dtype): number => (dtype === 'float32' ? 4 : 8);

/** A new array of zeros. */
export const zeros = (dtype: Dtype, length: number): FloatArray =>
  dtype === 'float32' ? new Float32Array(length) : new Float64Array(length);

/** Whether an array's memory can be read by several threads at once. */
export const isShared = (array: FloatArray): boolean =>
  typeof SharedArrayBuffer !== 'undefined' && array.buffer instanceof SharedArrayBuffer;

/** A new array of zeros in memory that threads share where the platform has such. */
export function sharedZeros(dtype: Dtype, length: number): FloatArray {
  const bytes = length * bytesOf(dtype);
  const buffer =
    typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);
  return (dtype === 'float32' ? new Float32Array(buffer) : new Float64Array(buffer)) as FloatArray;
}

/** A copy of numbers in the given format, in memory that threads share where the platform has such. */
export function shareable(dtype: Dtype, numbers: ArrayLike<number>): FloatArray {
  const array = sharedZeros(dtype, numbers.length);
  array.set(numbers);
  return array;
}
