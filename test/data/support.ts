import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An IDX file of bytes. */
export function idxFile(shape: readonly number[], data: ArrayLike<number>): Uint8Array {
  const sizes = shape.flatMap((n) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);
  return Uint8Array.of(0, 0, 8, shape.length, ...sizes, ...Array.from(data));
}

/** A file of test/fixtures/numpy. */
export function numpyFile(name: string): Uint8Array {
  return readFileSync(join(import.meta.dirname, '../fixtures/numpy', name));
}
