import { bytesOf, isFloats } from './dtype.js';
import type { Dtype, FloatArray } from './nd-array.js';

// Memory that threads read at once, where the platform has such. A system clears fresh memory page by page as it is touched, which
// takes four times as long as copying numbers into it; so what a job used is kept for the next one.

/** Bytes that are kept for later at most. */
const KEPT_BYTES = 2 ** 27;

const kept: SharedArrayBuffer[] = [];
const lent = new WeakSet<ArrayBufferLike>();

/** Whether an array's memory can be read by several threads at once. */
export const isShared = (array: FloatArray): boolean =>
  typeof SharedArrayBuffer !== 'undefined' && array.buffer instanceof SharedArrayBuffer;

/** A new array of zeros in memory that threads share where the platform has such. */
export function sharedZeros(dtype: Dtype, length: number): FloatArray {
  const bytes = length * bytesOf(dtype);
  const buffer =
    typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);
  return viewOf(dtype, buffer, length);
}

/**
 * Numbers in the given format in memory that threads share: themselves where they are that already, else a copy, whose memory
 * {@link giveBack} keeps for the next one.
 */
export function shareable(dtype: Dtype, numbers: ArrayLike<number>): FloatArray {
  if (isFloats(numbers) && isShared(numbers) && numbers.BYTES_PER_ELEMENT === bytesOf(dtype)) return numbers;
  const array = borrow(dtype, numbers.length);
  array.set(numbers);
  return array;
}

/** Takes the memory of arrays that {@link shareable} copied, which nobody may use from now on; leaves all others. */
export function giveBack(...arrays: readonly (FloatArray | undefined)[]): void {
  for (const array of arrays) {
    if (!array || !lent.delete(array.buffer)) continue;
    kept.push(array.buffer as SharedArrayBuffer);
  }
  let bytes = kept.reduce((sum, { byteLength }) => sum + byteLength, 0);
  while (bytes > KEPT_BYTES) bytes -= kept.shift()!.byteLength;
}

/** An array whose entries are anything. */
function borrow(dtype: Dtype, length: number): FloatArray {
  const bytes = length * bytesOf(dtype);
  const at = kept.findIndex(({ byteLength }) => byteLength >= bytes && byteLength <= 2 * bytes);
  const array = at < 0 ? sharedZeros(dtype, length) : viewOf(dtype, kept.splice(at, 1)[0], length);
  if (isShared(array)) lent.add(array.buffer);
  return array;
}

const viewOf = (dtype: Dtype, buffer: ArrayBufferLike, length: number): FloatArray =>
  (dtype === 'float32'
    ? new Float32Array(buffer, 0, length)
    : new Float64Array(buffer, 0, length)) as FloatArray;
