import { unzlibSync } from 'fflate';
import { FormatError } from './format-error.js';

/** An array of numbers as MATLAB stores it: the first axis varies fastest. */
export interface MatArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array | Float64Array;
}

const HEADER = 128;
const COMPRESSED = 15;
const MATRIX = 14;
/** Classes of arrays that hold numbers: double, single, int8 to uint64. */
const isNumeric = (matlabClass: number) => matlabClass >= 6 && matlabClass <= 15;

/** Readers of the types that numbers are stored in, by MATLAB's code, and their bytes. */
const types: {
  readonly [code: number]: readonly [bytes: number, read: (view: DataView, at: number) => number];
} = {
  1: [1, (view, at) => view.getInt8(at)],
  2: [1, (view, at) => view.getUint8(at)],
  3: [2, (view, at) => view.getInt16(at, true)],
  4: [2, (view, at) => view.getUint16(at, true)],
  5: [4, (view, at) => view.getInt32(at, true)],
  6: [4, (view, at) => view.getUint32(at, true)],
  7: [4, (view, at) => view.getFloat32(at, true)],
  9: [8, (view, at) => view.getFloat64(at, true)],
};

/**
 * The numeric arrays of a MATLAB 5 file (`save -v7`, the default, or `-v6`) by name. Others, as cells and text, are left out.
 *
 * @param where the public function to name in errors
 * @throws FormatError when it is no such file, or damaged
 * @source MathWorks, "MAT-File Format", level 5
 */
export function readMat(where: string, bytes: Uint8Array): Record<string, MatArray> {
  // The last word of the header is the version and the order of bytes, "MI" read as a little-endian number.
  if (bytes.length < HEADER || bytes[126] !== 0x49 || bytes[127] !== 0x4d) {
    throw new FormatError(
      `${where}: needs a MATLAB 5 file, got ${bytes.length} bytes without its header. Pass the .mat file as it is published; ` +
        'one of version 7.3 is HDF5, to be saved again with -v7.',
    );
  }
  const arrays: Record<string, MatArray> = {};
  for (const element of elements(where, bytes.subarray(HEADER))) {
    const whole = element.type === COMPRESSED ? inflated(where, element.data) : [element];
    for (const { type, data } of whole) {
      const named = type === MATRIX ? numericArray(where, data) : null;
      if (named) arrays[named.name] = named.array;
    }
  }
  return arrays;
}

interface Element {
  readonly type: number;
  readonly data: Uint8Array;
}

/** The elements that bytes consist of: a tag of two words, or of one where data fit beside it, then data to a multiple of 8. */
function elements(where: string, bytes: Uint8Array): Element[] {
  const view = viewOf(bytes);
  const list: Element[] = [];
  let at = 0;
  while (at + 8 <= bytes.length) {
    const tag = view.getUint32(at, true);
    const small = tag >>> 16;
    const [type, size, start] =
      small > 0 ? [tag & 0xffff, small, at + 4] : [tag, view.getUint32(at + 4, true), at + 8];
    if (start + size > bytes.length) {
      throw new FormatError(
        `${where}: the file is damaged, an element of ${size} bytes begins ${bytes.length - start} bytes before its end. Fetch it again.`,
      );
    }
    list.push({ type, data: bytes.subarray(start, start + size) });
    const padded = type === COMPRESSED ? size : Math.ceil(size / 8) * 8;
    at = small > 0 ? at + 8 : start + padded;
  }
  return list;
}

function inflated(where: string, data: Uint8Array): Element[] {
  let contents: Uint8Array;
  try {
    contents = unzlibSync(data);
  } catch (error) {
    throw new FormatError(`${where}: the file is damaged, ${(error as Error).message}. Fetch it again.`, {
      cause: error,
    });
  }
  return elements(where, contents);
}

function numericArray(
  where: string,
  matrix: Uint8Array,
): { readonly name: string; readonly array: MatArray } | null {
  const [flags, dimensions, name, real] = elements(where, matrix);
  if (!real || !isNumeric(flags.data[0])) return null;
  const sides = viewOf(dimensions.data);
  const shape = Array.from({ length: dimensions.data.length / 4 }, (_, axis) =>
    sides.getInt32(4 * axis, true),
  );
  const size = shape.reduce((product, side) => product * side, 1);
  const [bytes, read] = types[real.type] ?? [];
  const text = new TextDecoder().decode(name.data);
  if (!read || real.data.length !== size * bytes!) {
    throw new FormatError(
      `${where}: the file is damaged, array ${text} of shape [${shape}] has ${real.data.length} bytes of type ${real.type}. Fetch it again.`,
    );
  }
  if (real.type === 2) return { name: text, array: { shape, data: real.data } };
  const view = viewOf(real.data);
  return {
    name: text,
    array: { shape, data: Float64Array.from({ length: size }, (_, i) => read(view, i * bytes!)) },
  };
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
