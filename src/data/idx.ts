import { sizeOf } from '../base/nd-array.js';
import { ownedBytes, swapBytes } from './byte-order.js';
import { FormatError } from './format-error.js';
import { gunzip } from './gunzip.js';

/** The data of an IDX file in its own number type. */
export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** The array of an IDX file, row-major. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: IdxData;
}

type IdxArrayType =
  | Uint8ArrayConstructor
  | Int8ArrayConstructor
  | Int16ArrayConstructor
  | Int32ArrayConstructor
  | Float32ArrayConstructor
  | Float64ArrayConstructor;

const TYPES = new Map<number, IdxArrayType>([
  [0x08, Uint8Array],
  [0x09, Int8Array],
  [0x0b, Int16Array],
  [0x0c, Int32Array],
  [0x0d, Float32Array],
  [0x0e, Float64Array],
]);

/**
 * Reads an IDX file, the format of MNIST and its relatives, plain or gzipped.
 *
 * @param bytes the whole file; it is not changed
 * @throws FormatError when the file is not IDX, or shorter or longer than its header says
 * @source Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits" (file format section)
 */
export function parseIdx(bytes: Uint8Array): IdxArray {
  const file = gunzip('parseIdx', bytes);
  if (file.length < 4 || file[0] !== 0 || file[1] !== 0) {
    throw new FormatError(
      `parseIdx: an IDX file starts with the bytes 0 0, a type and a rank, got [${file.subarray(0, 4).join(', ')}]. Pass an IDX file, plain or gzipped.`,
    );
  }
  const [, , code, rank] = file;
  const ArrayType = TYPES.get(code);
  if (ArrayType === undefined) {
    throw new FormatError(
      `parseIdx: the type is one of ${[...TYPES.keys()].join(', ')}, got ${code}. Pass an IDX file, plain or gzipped.`,
    );
  }
  const start = 4 + 4 * rank;
  if (file.length < start) {
    throw new FormatError(
      `parseIdx: a header of rank ${rank} has ${start} bytes, got a file of ${file.length}. Fetch the file again.`,
    );
  }
  const header = new DataView(file.buffer, file.byteOffset, start);
  const shape = Array.from({ length: rank }, (_, axis) => header.getUint32(4 + 4 * axis));
  const expected = start + sizeOf(shape) * ArrayType.BYTES_PER_ELEMENT;
  if (file.length !== expected) {
    throw new FormatError(
      `parseIdx: ${ArrayType.name} of shape [${shape.join(', ')}] needs a file of ${expected} bytes, got ${file.length}. Fetch the file again.`,
    );
  }
  const data = ownedBytes(file, start);
  if (ArrayType.BYTES_PER_ELEMENT > 1) swapBytes(data, ArrayType.BYTES_PER_ELEMENT);
  return { shape, data: new ArrayType(data.buffer) };
}
