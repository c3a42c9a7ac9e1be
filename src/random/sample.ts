import { ShapeError } from '../base/errors.js';
import { received } from '../base/received.js';

/** A dense row-major array of drawn integers; `NdArray` is its float counterpart. */
export interface IntegerSample<Data extends Int32Array | Uint32Array | Uint8Array = Int32Array> {
  readonly shape: readonly number[];
  readonly data: Data;
}

/**
 * Number of entries to draw for `shape`.
 *
 * @param where the public function to name in the error
 * @throws ShapeError when an entry is not a non-negative integer, or more than 2³² entries are asked for
 */
export function sampleSize(where: string, shape: readonly number[]): number {
  if (!Array.isArray(shape)) {
    throw new TypeError(`${where}: shape must be a list, ${received(shape, 'Pass e.g. [2, 3].')}`);
  }
  const bad = shape.find((length) => !Number.isInteger(length) || length < 0);
  if (bad !== undefined) {
    throw new ShapeError(
      `${where}: shape needs non-negative integers, got [${shape.join(', ')}]. Pass e.g. [2, 3].`,
    );
  }
  const size = shape.reduce((a, b) => a * b, 1);
  if (size > 2 ** 32) {
    throw new ShapeError(
      `${where}: at most 2^32 numbers can be drawn from one key, got shape [${shape.join(', ')}]. Split the key and draw in parts.`,
    );
  }
  return size;
}
