import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { ShapeError, UnsupportedError } from '../../src/base/errors.js';
import { encodeNpy, FormatError, type NpyInput, parseNpy } from '../../src/data/index.js';
import { numpyFile } from './support.js';

const quarters = [0, 0.25, 0.5, 0.75, 1, 1.25];

describe("parseNpy on numpy's files", () => {
  it.each([
    ['float64', { dtype: 'float64', shape: [2, 3], data: Float64Array.from(quarters) }],
    ['float32', { dtype: 'float32', shape: [2, 3], data: Float32Array.from(quarters) }],
    ['uint8', { dtype: 'uint8', shape: [2, 3], data: Uint8Array.of(0, 1, 2, 3, 4, 5) }],
    ['bool', { dtype: 'bool', shape: [2, 3], data: Uint8Array.of(0, 1, 0, 1, 0, 1) }],
    ['int8', { dtype: 'int8', shape: [2, 3], data: Int8Array.of(0, 40, 80, 120, -96, -56) }],
    ['int16', { dtype: 'int16', shape: [2, 3], data: Int16Array.of(0, 40, 80, 120, 160, 200) }],
    ['int16-big-endian', { dtype: 'int16', shape: [2, 3], data: Int16Array.of(-100, -60, -20, 20, 60, 100) }],
    ['uint16', { dtype: 'uint16', shape: [2, 3], data: Uint16Array.of(0, 40, 80, 120, 160, 200) }],
    ['uint32', { dtype: 'uint32', shape: [2, 3], data: Uint32Array.of(0, 40, 80, 120, 160, 200) }],
    ['uint64', { dtype: 'uint64', shape: [2, 3], data: Float64Array.of(0, 40, 80, 120, 160, 200) }],
    ['int32', { dtype: 'int32', shape: [2, 3], data: Int32Array.of(-3, -2, -1, 0, 1, 2) }],
    ['int64', { dtype: 'int64', shape: [2, 3], data: Float64Array.of(-3e12, -2e12, -1e12, 0, 1e12, 2e12) }],
    ['fortran', { dtype: 'float32', shape: [2, 3, 4], data: Float32Array.from({ length: 24 }, (_, i) => i) }],
    ['big-endian', { dtype: 'float64', shape: [2, 3], data: Float64Array.from(quarters) }],
    ['scalar', { dtype: 'float64', shape: [], data: Float64Array.of(2.5) }],
    ['empty', { dtype: 'float64', shape: [0, 3], data: new Float64Array(0) }],
    ['version-2', { dtype: 'float64', shape: [3], data: Float64Array.of(0, 1, 2) }],
  ])('reads %s', (name, expected) => {
    expect(parseNpy(numpyFile(`${name}.npy`))).toEqual(expected);
  });

  it('refuses what it cannot hold', () => {
    expect(() => parseNpy(numpyFile('beyond-2-53.npy'))).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: parseNpy: int64 entries need to lie within ±(2^53 - 1), got 9007199254740992 at 1. Save the array as float64 if rounding is meant.]`,
    );
    expect(() => parseNpy(numpyFile('complex.npy'))).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: parseNpy: dtype needs to be one of float32, float64, uint8, bool, int8, int16, uint16, int32, uint32, int64, uint64, got <c16. Convert the array with numpy's astype first.]`,
    );
    expect(() => parseNpy(numpyFile('structured.npy'))).toThrow(UnsupportedError);
  });

  it('refuses truncated and overlong files at every length', () => {
    const file = numpyFile('float64.npy');
    for (let length = 0; length < file.length; length++) {
      expect(() => parseNpy(file.subarray(0, length))).toThrow(FormatError);
    }
    expect(() => parseNpy(file.subarray(0, 8))).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: parseNpy: a .npy file starts with the bytes 147 78 85 77 80 89 and has at least 12, got 8 bytes that start with 147 78 85 77 80 89. Pass a file that numpy.save wrote.]`,
    );
    expect(() => parseNpy(file.subarray(0, 100))).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: parseNpy: the header says that it ends at byte 128, got a file of 100. Write the file again.]`,
    );
    expect(() => parseNpy(file.subarray(0, 150))).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: parseNpy: float64 of shape [2, 3] needs a file of 176 bytes, got 150. Write the file again.]`,
    );
    expect(() => parseNpy(Uint8Array.of(...file, 0))).toThrow(FormatError);
  });

  it('refuses a damaged header', () => {
    const file = Uint8Array.from(numpyFile('float64.npy'));
    const otherVersion = file.slice();
    otherVersion[6] = 4;
    expect(() => parseNpy(otherVersion)).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: parseNpy: the format version needs to be 1, 2 or 3, got 4. Write the file with numpy.save.]`,
    );
    const noShape = file.slice();
    noShape.fill(0x20, 10, 127);
    expect(() => parseNpy(noShape)).toThrow("the header needs 'descr', 'fortran_order' and 'shape'");
  });
});

describe('encodeNpy', () => {
  const arrayTypes = [
    ...[Float64Array, Float32Array, Int8Array, Uint8Array, Int16Array, Uint16Array, Int32Array, Uint32Array],
  ];
  it('writes matrices and tensors', () => {
    const float64 = { dtype: 'float64', shape: [2, 3], data: Float64Array.from(quarters) };
    expect(parseNpy(encodeNpy(Matrix.from1DArray(2, 3, quarters)))).toEqual(float64);
    const float32 = { dtype: 'float32', shape: [2, 3], data: Float32Array.from(quarters) };
    expect(parseNpy(encodeNpy(tf.tensor2d(quarters, [2, 3])))).toEqual(float32);
    expect(parseNpy(encodeNpy(tf.tensor1d([3, -1], 'int32')))).toMatchObject({ dtype: 'int32' });
    expect(parseNpy(encodeNpy(tf.tensor1d([true], 'bool')))).toMatchObject({ dtype: 'bool' });
  });

  it.each([
    ...[
      'float64',
      'float32',
      'bool',
      'uint8',
      'int8',
      'int16',
      'uint16',
      'int32',
      'uint32',
      'int64',
      'uint64',
    ],
    ...['scalar', 'empty'],
  ])('writes %s as numpy does', (name) => {
    const file = numpyFile(`${name}.npy`);
    expect(encodeNpy(parseNpy(file))).toEqual(Uint8Array.from(file));
  });

  it('reads back what it writes', () => {
    const shapes = fc.array(fc.nat(4), { maxLength: 4 });
    const numbers = fc.infiniteStream(fc.double());
    fc.assert(
      fc.property(shapes, numbers, (shape, entries) => {
        const values = Float64Array.from(
          { length: shape.reduce((a, b) => a * b, 1) },
          () => entries.next().value,
        );
        for (const ArrayType of arrayTypes) {
          const data = new ArrayType(values);
          const { dtype, ...read } = parseNpy(encodeNpy({ shape, data } as NpyInput));
          expect(`${dtype}Array`.toLowerCase()).toBe(ArrayType.name.toLowerCase());
          expect(read).toEqual({ shape, data });
        }
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger()), (values) => {
        const array = {
          dtype: 'int64',
          shape: [values.length],
          data: Float64Array.from(values, (v) => v + 0),
        } as const;
        expect(parseNpy(encodeNpy(array))).toEqual(array);
      }),
    );
  });

  it('keeps the bytes of the data apart from a larger buffer', () => {
    const data = Float64Array.of(1, 2, 3).subarray(1);
    expect(parseNpy(encodeNpy({ shape: [2], data })).data).toEqual(Float64Array.of(2, 3));
  });

  it('refuses shapes, types and numbers that do not fit', () => {
    const data = Float64Array.of(1, 2.5);
    expect(() => encodeNpy({ shape: [3], data })).toThrow(ShapeError);
    expect(() => encodeNpy({ shape: [3], data })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: encodeNpy: array needs 3 numbers for its shape [3], got 2.]`,
    );
    expect(() => encodeNpy({ shape: [2], data, dtype: 'int64' })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: encodeNpy: int64 entries of array need to be integers within ±(2^53 - 1), got 2.5 at 1. Write the array as float64.]`,
    );
    expect(() => encodeNpy({ shape: [2], data, dtype: 'float32' })).toThrowErrorMatchingInlineSnapshot(
      `[TypeError: encodeNpy: array needs data of type Float32Array for float32, got Float64Array. Convert the data or name another dtype.]`,
    );
    const lists = { shape: [2], data: [1, 2] } as unknown as NpyInput;
    expect(() => encodeNpy(lists)).toThrowErrorMatchingInlineSnapshot(
      `[TypeError: encodeNpy: array must be { shape, data }, a Matrix or a tensor, got an array of shape [2]. Its data must be a Float64Array or the like.]`,
    );
  });
});
