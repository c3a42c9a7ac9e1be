import type { Tensor } from '#tf';
import { isFloats } from './dtype.js';
import { DisposedError, ShapeError } from './errors.js';
import { isTensor } from './is-tensor.js';
import { fromRowMajor, rowMajor } from './matrix.js';
import { Matrix } from './ml-matrix.js';
import { type FloatArray, type NdArray, sizeOf } from './nd-array.js';
import { describe, received } from './received.js';

/** Integers as files and images hold them. */
export type IntegerArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/** A dense row-major array of floats or integers. */
export interface ShapedArray {
  readonly shape: readonly number[];
  readonly data: FloatArray | IntegerArray;
}

/**
 * Numbers in any of the forms that functions of this library take: `{ shape, data }`, a `Matrix` of ml-matrix, or a tfjs tensor.
 *
 * Tensors hold float32 numbers, which are read as they are; what is computed from them is float64.
 */
export type AnyArray = ShapedArray | Matrix | Tensor;

/** A list of numbers, or of lists of equal lengths. */
export type NestedNumbers = readonly number[] | readonly NestedNumbers[];

/**
 * Any array as `{ shape, data }` in float64.
 *
 * @param x an array, a matrix, a tensor, or nested lists. The data of a Float64Array are shared, not copied.
 * @throws TypeError when it is none of these, or holds no real numbers.
 * @throws ShapeError when its data do not fill its shape, or lists differ in length.
 * @throws DisposedError when a tensor was disposed of.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { toNdArray } from 'neural-tangents';
 *
 * console.log(toNdArray([[1, 2], [3, 4]]).shape); // [ 2, 2 ]
 * console.log(toNdArray(tf.tensor1d([0.5])).data); // Float64Array(1) [ 0.5 ]
 * ```
 */
export function toNdArray(x: AnyArray | NestedNumbers): NdArray<Float64Array> {
  if (isNested(x)) return fromLists(x);
  const { shape, data } = readArray('toNdArray', 'x', x);
  return { shape, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}

/**
 * Any array of two axes as a float64 `Matrix`, with entries of its own.
 *
 * @throws ShapeError when it has another number of axes; also as {@link toNdArray}.
 * @example
 * ```ts
 * import { oneHotCentred, toMatrix } from 'neural-tangents';
 *
 * console.log(toMatrix(oneHotCentred([0, 1], 2)).to2DArray()); // [ [ 0.5, -0.5 ], [ -0.5, 0.5 ] ]
 * ```
 */
export function toMatrix(x: AnyArray | NestedNumbers): Matrix {
  return readMatrix('toMatrix', 'x', isNested(x) ? fromLists(x) : x).clone();
}

/** Whether a value is an array in one of the forms, its contents aside. */
export function isAnyArray(x: unknown): x is AnyArray {
  if (typeof x !== 'object' || x === null) return false;
  return isTensor(x) || isMatrix(x) || ('shape' in x && 'data' in x && ArrayBuffer.isView(x.data));
}

const isNested = (x: AnyArray | NestedNumbers): x is NestedNumbers => Array.isArray(x);

function isMatrix(x: object): x is Matrix {
  return Matrix.isMatrix(x);
}

/**
 * Reads an argument called `name`: floats stay in their format, integers become floats that hold them exactly.
 *
 * @param where the caller's name, for messages; the errors are those of {@link toNdArray}.
 */
export function readArray(where: string, name: string, x: AnyArray): NdArray {
  const { shape, data } = readNumbers(where, name, x);
  if (isFloats(data)) return { shape, data };
  return { shape, data: data.BYTES_PER_ELEMENT < 4 ? Float32Array.from(data) : Float64Array.from(data) };
}

/** Reads an argument called `name` in the format that it has; the errors are those of {@link toNdArray}. */
export function readNumbers(where: string, name: string, x: AnyArray): ShapedArray {
  if (!isAnyArray(x)) {
    const needed = `${where}: ${name} must be { shape, data }, a Matrix or a tensor`;
    throw new TypeError(`${needed}, ${received(x, remedyOf(x))}`);
  }
  if (isMatrix(x)) return { shape: [x.rows, x.columns], data: rowMajor(x) };
  const { shape } = x;
  const data = isTensor(x) ? tensorNumbers(where, name, x) : x.data;
  if (data.length !== sizeOf(shape)) {
    throw new ShapeError(
      `${where}: ${name} needs ${sizeOf(shape)} numbers for its shape [${shape}], got ${data.length}.`,
    );
  }
  return { shape, data };
}

/** Reads an argument that has two axes; a Matrix comes back as it is. */
export function readMatrix(where: string, name: string, x: AnyArray): Matrix {
  if (Matrix.isMatrix(x)) return x as Matrix;
  const { shape, data } = readArray(where, name, x);
  if (shape.length === 2) return fromRowMajor(data, shape[0], shape[1]);
  throw new ShapeError(
    `${where}: ${name} must have two axes, got shape [${shape}]. ` +
      `Give it the shape [${shape[0] ?? 1}, ${sizeOf(shape.slice(1))}].`,
  );
}

/** @throws DisposedError when the tensor was disposed of. */
export function checkNotDisposed(where: string, name: string, x: Tensor): void {
  if (x.isDisposed) {
    throw new DisposedError(
      `${where}: ${name} was disposed of. Keep it with tf.keep, or call outside tf.tidy.`,
    );
  }
}

function tensorNumbers(where: string, name: string, x: Tensor): FloatArray | IntegerArray {
  checkNotDisposed(where, name, x);
  if (x.dtype === 'complex64' || x.dtype === 'string') {
    throw new TypeError(`${where}: ${name} must hold real numbers, got dtype ${x.dtype}.`);
  }
  return x.dataSync<'float32' | 'int32' | 'bool'>();
}

function remedyOf(x: unknown): string {
  if (ArrayBuffer.isView(x)) return 'Say its shape too: { shape: [n, d], data }.';
  const first: unknown = Array.isArray(x) ? x[0] : x;
  if (typeof first === 'number' || Array.isArray(first))
    return 'Lists of numbers become one by toNdArray(list).';
  if (typeof x === 'object' && x !== null && 'images' in x) return 'Pass its images.';
  if (typeof x === 'object' && x !== null && 'data' in x)
    return 'Its data must be a Float64Array or the like.';
  return 'Pass e.g. { shape: [n, d], data: Float64Array.of(…) }.';
}

function fromLists(list: NestedNumbers): NdArray<Float64Array> {
  const shape: number[] = [];
  for (let level: unknown = list; Array.isArray(level); level = level[0]) shape.push(level.length);
  const data = new Float64Array(sizeOf(shape));
  let at = 0;
  const read = (part: unknown, axis: number): void => {
    if (axis < shape.length && Array.isArray(part) && part.length === shape[axis]) {
      for (const own of part) read(own, axis + 1);
    } else if (axis === shape.length && typeof part === 'number') data[at++] = part;
    else {
      const needed = axis < shape.length ? `a list of ${shape[axis]}` : 'a number';
      throw new ShapeError(
        `toNdArray: lists must be numbers of one shape [${shape}], got ${describe(part)} for ${needed}.`,
      );
    }
  };
  read(list, 0);
  return { shape, data };
}
