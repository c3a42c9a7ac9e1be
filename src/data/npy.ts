import { type AnyArray, readNumbers } from '../base/any-array.js';
import { UnsupportedError } from '../base/errors.js';
import { sizeOf } from '../base/nd-array.js';
import { ownedBytes, swapBytes } from './byte-order.js';
import { checkBytes } from './check-bytes.js';
import { FormatError } from './format-error.js';

interface Npy<Dtype extends string, Data> {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Row-major (C order). */
  readonly data: Data;
}

/**
 * An array of a `.npy` file. The numbers of int64 and uint64 arrays are safe integers, held in a Float64Array; booleans are 0
 * and 1.
 */
export type NpyArray =
  | Npy<'float32', Float32Array>
  | Npy<'float64', Float64Array>
  | Npy<'bool' | 'uint8', Uint8Array>
  | Npy<'int8', Int8Array>
  | Npy<'int16', Int16Array>
  | Npy<'uint16', Uint16Array>
  | Npy<'int32', Int32Array>
  | Npy<'uint32', Uint32Array>
  | Npy<'int64' | 'uint64', Float64Array>;

/** The number types of `.npy` files that are read and written. */
export type NpyDtype = NpyArray['dtype'];

/** An array to write, in any form; `dtype` defaults to that of the data. */
export type NpyInput = AnyArray | (Omit<NpyArray, 'dtype'> & { readonly dtype?: NpyDtype });

// Where two types are held alike, the first is the default.
const ITEMS = {
  float32: { code: 'f4', ArrayType: Float32Array },
  float64: { code: 'f8', ArrayType: Float64Array },
  uint8: { code: 'u1', ArrayType: Uint8Array },
  bool: { code: 'b1', ArrayType: Uint8Array },
  int8: { code: 'i1', ArrayType: Int8Array },
  int16: { code: 'i2', ArrayType: Int16Array },
  uint16: { code: 'u2', ArrayType: Uint16Array },
  int32: { code: 'i4', ArrayType: Int32Array },
  uint32: { code: 'u4', ArrayType: Uint32Array },
  int64: { code: 'i8', ArrayType: Float64Array },
  uint64: { code: 'u8', ArrayType: Float64Array },
} as const;
const DTYPES = Object.keys(ITEMS) as NpyDtype[];

const MAGIC = '\x93NUMPY';
const ALIGNMENT = 64;

/**
 * Reads a `.npy` file of numpy (format versions 1 to 3, either byte order, C or Fortran order).
 *
 * @param bytes the whole file; it is not changed
 * @returns the array in C order
 * @throws FormatError when the file is not `.npy`, truncated, too long, or holds an integer beyond ±(2⁵³ − 1)
 * @throws UnsupportedError when its dtype is a complex, structured or half-precision one, or text
 * @source numpy.lib.format, "NPY format"
 */
export function parseNpy(bytes: Uint8Array): NpyArray {
  return readNpy('parseNpy', bytes);
}

/** As {@link parseNpy}; `where` names the file in errors. */
export function readNpy(where: string, bytes: Uint8Array): NpyArray {
  checkBytes(where, 'bytes', bytes);
  const { descr, fortranOrder, shape, start } = parseHeader(where, bytes);
  const dtype = DTYPES.find((name) => ITEMS[name].code === descr.slice(1));
  if (dtype === undefined || !'<>|='.includes(descr[0])) {
    throw new UnsupportedError(
      `${where}: dtype needs to be one of ${DTYPES.join(', ')}, got ${descr}. Convert the array with numpy's astype first.`,
    );
  }
  const itemSize = Number(descr[2]);
  const expected = start + sizeOf(shape) * itemSize;
  if (bytes.length !== expected) {
    throw new FormatError(
      `${where}: ${dtype} of shape [${shape.join(', ')}] needs a file of ${expected} bytes, got ${bytes.length}. Write the file again.`,
    );
  }
  const raw = ownedBytes(bytes, start);
  if (descr[0] === '>') swapBytes(raw, itemSize);
  const data = numbersOf(where, dtype, raw.buffer);
  return { dtype, shape, data: fortranOrder ? toRowMajor(data, shape) : data } as NpyArray;
}

function numbersOf(where: string, dtype: NpyDtype, buffer: ArrayBuffer): NpyArray['data'] {
  if (dtype === 'int64') return fromBigInts(where, dtype, new BigInt64Array(buffer));
  if (dtype === 'uint64') return fromBigInts(where, dtype, new BigUint64Array(buffer));
  return new ITEMS[dtype].ArrayType(buffer);
}

/**
 * Writes an array as a `.npy` file (version 1.0, little-endian, C order), which `numpy.load` reads.
 *
 * @param array an array, a matrix or a tensor
 * @throws ShapeError when `shape` and `data` differ in size
 * @throws TypeError when it is no array, or `dtype` is not held by this kind of data
 * @throws RangeError when an int64 or uint64 entry is not a safe integer
 * @example
 * ```ts
 * import { encodeNpy, parseNpy } from 'neural-tangents';
 *
 * const file = encodeNpy({ shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) });
 * console.log(parseNpy(file).dtype); // float64
 * ```
 */
export function encodeNpy(array: NpyInput): Uint8Array {
  return writeNpy('encodeNpy', 'array', array);
}

/** As {@link encodeNpy} for an array called `name` in errors. */
export function writeNpy(where: string, name: string, array: NpyInput): Uint8Array {
  const { shape, data } = readNumbers(where, name, array as AnyArray);
  const asked = 'dtype' in array ? (array.dtype as NpyDtype) : undefined;
  const dtype = asked ?? DTYPES.find((own) => data instanceof ITEMS[own].ArrayType);
  if (dtype === undefined || !(data instanceof (ITEMS[dtype]?.ArrayType ?? Object))) {
    const needed = dtype ? `data of type ${ITEMS[dtype].ArrayType.name} for ${dtype}` : 'other numbers';
    throw new TypeError(
      `${where}: ${name} needs ${needed}, got ${data.constructor.name}. Convert the data or name another dtype.`,
    );
  }
  const items = isWide(dtype) ? toBigInts(where, name, dtype, data) : data;
  const order = ITEMS[dtype].code.endsWith('1') ? '|' : '<';
  const header = encodeHeader(`${order}${ITEMS[dtype].code}`, shape);
  const file = new Uint8Array(header.length + items.byteLength);
  file.set(header);
  file.set(new Uint8Array(items.buffer, items.byteOffset, items.byteLength), header.length);
  return file;
}

const isWide = (dtype: NpyDtype): dtype is 'int64' | 'uint64' => dtype === 'int64' || dtype === 'uint64';

interface Header {
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: number[];
  /** Where the data starts. */
  readonly start: number;
}

function parseHeader(where: string, bytes: Uint8Array): Header {
  const found = String.fromCharCode(...bytes.subarray(0, MAGIC.length));
  if (found !== MAGIC || bytes.length < 12) {
    throw new FormatError(
      `${where}: a .npy file starts with the bytes ${[...MAGIC].map((c) => c.charCodeAt(0)).join(' ')} and has at least 12, got ${bytes.length} bytes that start with ${bytes.subarray(0, MAGIC.length).join(' ')}. Pass a file that numpy.save wrote.`,
    );
  }
  const version = bytes[6];
  if (version < 1 || version > 3) {
    throw new FormatError(
      `${where}: the format version needs to be 1, 2 or 3, got ${version}. Write the file with numpy.save.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [offset, length] = version === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  const start = offset + length;
  if (bytes.length < start) {
    throw new FormatError(
      `${where}: the header says that it ends at byte ${start}, got a file of ${bytes.length}. Write the file again.`,
    );
  }
  const text = new TextDecoder().decode(bytes.subarray(offset, start)).trim();
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const sizes = /'shape':\s*\(([\d\s,]*)\)/.exec(text)?.[1];
  const descr = /'descr':\s*('[^']*'|\[.*\])/.exec(text)?.[1].replaceAll("'", '');
  if (order === undefined || sizes === undefined || !descr) {
    throw new FormatError(
      `${where}: the header needs 'descr', 'fortran_order' and 'shape', got ${JSON.stringify(text)}. Write the file with numpy.save.`,
    );
  }
  const shape = sizes
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
  return { descr, fortranOrder: order === 'True', shape, start };
}

function encodeHeader(descr: string, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const header = new Uint8Array(length).fill(0x20);
  for (let i = 0; i < MAGIC.length; i++) header[i] = MAGIC.charCodeAt(i);
  header.set([1, 0, (length - 10) & 255, (length - 10) >> 8], MAGIC.length);
  header.set(new TextEncoder().encode(text), 10);
  header[length - 1] = 0x0a;
  return header;
}

function fromBigInts(where: string, dtype: NpyDtype, items: BigInt64Array | BigUint64Array): Float64Array {
  const data = new Float64Array(items.length);
  for (let i = 0; i < items.length; i++) {
    data[i] = Number(items[i]);
    if (!Number.isSafeInteger(data[i])) {
      throw new FormatError(
        `${where}: ${dtype} entries need to lie within ±(2^53 - 1), got ${items[i]} at ${i}. Save the array as float64 if rounding is meant.`,
      );
    }
  }
  return data;
}

function toBigInts(
  where: string,
  name: string,
  dtype: 'int64' | 'uint64',
  data: ArrayLike<number>,
): BigInt64Array | BigUint64Array {
  const [items, least] =
    dtype === 'int64'
      ? [new BigInt64Array(data.length), Number.MIN_SAFE_INTEGER]
      : [new BigUint64Array(data.length), 0];
  for (let i = 0; i < data.length; i++) {
    if (!Number.isSafeInteger(data[i]) || data[i] < least) {
      const range = dtype === 'int64' ? 'within ±(2^53 - 1)' : 'from 0 to 2^53 - 1';
      throw new RangeError(
        `${where}: ${dtype} entries of ${name} need to be integers ${range}, got ${data[i]} at ${i}. Write the array as float64.`,
      );
    }
    items[i] = BigInt(data[i]);
  }
  return items;
}

function toRowMajor<Data extends NpyArray['data']>(data: Data, shape: readonly number[]): Data {
  const result = data.slice() as Data;
  const index = new Array<number>(shape.length).fill(0);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  for (let i = 0; i < data.length; i++) {
    let at = 0;
    for (let axis = 0; axis < shape.length; axis++) at += index[axis] * strides[axis];
    result[i] = data[at];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
  return result;
}
