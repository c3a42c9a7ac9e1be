import { unzipSync, zipSync } from 'fflate';
import { byDefault, flag, readOptions } from '../base/options.js';
import { checkBytes } from './check-bytes.js';
import { FormatError } from './format-error.js';
import { type NpyArray, type NpyInput, readNpy, writeNpy } from './npy.js';

/** Options of `encodeNpz`. */
export interface NpzOptions {
  /** Whether to deflate the arrays, default true, as `numpy.savez_compressed`. */
  compress?: boolean;
}

const npzOptions = { compress: byDefault(true, flag) };

const EXTENSION = '.npy';

/**
 * Reads a `.npz` file, numpy's archive of named arrays.
 *
 * @param bytes the whole file
 * @returns the arrays by name
 * @throws FormatError when the archive or one of its arrays, which is named, is damaged, or an entry is no `.npy` file
 * @throws UnsupportedError when an array's dtype is not one that `parseNpy` reads
 */
export function parseNpz(bytes: Uint8Array): Record<string, NpyArray> {
  checkBytes('parseNpz', 'bytes', bytes);
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(bytes);
  } catch (error) {
    throw new FormatError(
      `parseNpz: needs a whole zip archive, got ${bytes.length} bytes with ${(error as Error).message}. Pass a file that numpy.savez wrote.`,
      { cause: error },
    );
  }
  return Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => {
      if (!name.endsWith(EXTENSION)) {
        throw new FormatError(
          `parseNpz: every entry needs to be a .npy file, got ${name}. Pass a file that numpy.savez wrote.`,
        );
      }
      return [name.slice(0, -EXTENSION.length), readNpy(`parseNpz: ${name}`, entry)];
    }),
  );
}

/**
 * Writes named arrays as a `.npz` file, which `numpy.load` reads. The same arrays give the same bytes.
 *
 * @throws ShapeError, TypeError or RangeError as `encodeNpy`, naming the array
 * @example
 * ```ts
 * import { Matrix } from 'ml-matrix';
 * import { encodeNpz, parseNpz } from 'neural-tangents';
 *
 * const images = { shape: [1, 2, 2, 1], data: Float64Array.of(0, 1, 1, 0) };
 * const file = encodeNpz({ images, labels: new Matrix([[0.9, -0.9]]) });
 * console.log(parseNpz(file).labels.shape); // [ 1, 2 ]
 * ```
 */
export function encodeNpz(arrays: Readonly<Record<string, NpyInput>>, options: NpzOptions = {}): Uint8Array {
  const { compress } = readOptions('encodeNpz', options, npzOptions);
  const entries = Object.entries(arrays).map(([name, array]) => [
    `${name}${EXTENSION}`,
    writeNpy('encodeNpz', name, array),
  ]);
  return zipSync(Object.fromEntries(entries), {
    level: compress ? 6 : 0,
    // A fixed date, the first that zip can tell: equal arrays shall give equal files.
    mtime: new Date(1980, 0, 1),
  });
}
