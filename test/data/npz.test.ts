import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { encodeNpz, FormatError, parseNpz } from '../../src/data/index.js';
import { refusals } from '../support/refusals.js';
import { numpyFile } from './support.js';

const quarters = [0, 0.25, 0.5, 0.75, 1, 1.25];
const y = { dtype: 'int32', shape: [3], data: Int32Array.of(0, 1, 2) };

describe('parseNpz', () => {
  it("reads numpy's archives", () => {
    expect(parseNpz(numpyFile('stored.npz'))).toEqual({
      x: { dtype: 'float64', shape: [2, 3], data: Float64Array.from(quarters) },
      y,
    });
    expect(parseNpz(numpyFile('deflated.npz'))).toEqual({
      x: {
        dtype: 'float64',
        shape: [40, 3],
        data: Float64Array.from({ length: 120 }, (_, i) => quarters[i % 6]),
      },
      y,
    });
  });

  it('refuses truncated archives at every length', () => {
    const file = numpyFile('deflated.npz');
    for (let length = 0; length < file.length; length++) {
      expect(() => parseNpz(file.subarray(0, length))).toThrow(FormatError);
    }
    expect(() => parseNpz(file.subarray(0, 100))).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: parseNpz: needs a whole zip archive, got 100 bytes with invalid zip data. Pass a file that numpy.savez wrote.]`,
    );
  });

  it('names an entry that it cannot read', () => {
    expect(() => parseNpz(numpyFile('half.npz'))).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: parseNpz: labels.npy: dtype needs to be one of float32, float64, uint8, bool, int8, int16, uint16, int32, uint32, int64, uint64, got <f2. Convert the array with numpy's astype first.]`,
    );
  });

  it('refuses entries that are no arrays', () => {
    const file = zipSync({ 'notes.txt': strToU8('hello') });
    expect(() => parseNpz(file)).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: parseNpz: every entry needs to be a .npy file, got notes.txt. Pass a file that numpy.savez wrote.]`,
    );
  });
});

describe('encodeNpz', () => {
  it('names an entry that it cannot write', () => {
    const images = { shape: [1, 2], data: Float64Array.of(1, 2) };
    const wrong = (entries: object) => () => encodeNpz(entries as Parameters<typeof encodeNpz>[0]);
    expect(
      refusals([
        wrong({ images, history: [{ step: 1 }] }),
        wrong({ images, labels: Float64Array.of(1) }),
        wrong({ images, configuration: { steps: 1 } }),
        wrong({ images: { ...images, shape: [3] } }),
        wrong({ images: { ...images, dtype: 'int8' } }),
        wrong({ images: { shape: [1], data: Float64Array.of(-1), dtype: 'uint64' } }),
      ]),
    ).toMatchInlineSnapshot(`
      [
        "TypeError: encodeNpz: history must be { shape, data }, a Matrix or a tensor, got a list of 1. Pass e.g. { shape: [n, d], data: Float64Array.of(…) }.",
        "TypeError: encodeNpz: labels must be { shape, data }, a Matrix or a tensor, got a bare Float64Array. Say its shape too: { shape: [n, d], data }.",
        "TypeError: encodeNpz: configuration must be { shape, data }, a Matrix or a tensor, got an object with steps. Pass e.g. { shape: [n, d], data: Float64Array.of(…) }.",
        "ShapeError: encodeNpz: images needs 3 numbers for its shape [3], got 2.",
        "TypeError: encodeNpz: images needs data of type Int8Array for int8, got Float64Array. Convert the data or name another dtype.",
        "RangeError: encodeNpz: uint64 entries of images need to be integers from 0 to 2^53 - 1, got -1 at 0. Write the array as float64.",
      ]
    `);
  });

  it('reads back what it writes', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_/]{0,9}$/);
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.float64Array({ maxLength: 20 })),
        fc.boolean(),
        (arrays, compress) => {
          const entries = Object.entries(arrays).map(([key, data]) => [key, { shape: [data.length], data }]);
          const expected = entries.map(([key, array]) => [key, { dtype: 'float64', ...(array as object) }]);
          const read = parseNpz(encodeNpz(Object.fromEntries(entries), { compress }));
          expect(read).toEqual(Object.fromEntries(expected));
        },
      ),
    );
  });

  it('compresses by default, and gives the same bytes for the same arrays', () => {
    const arrays = { x: { shape: [1000], data: new Float64Array(1000) } };
    const small = encodeNpz(arrays);
    expect(small.length).toBeLessThan(1000);
    expect(encodeNpz(arrays, { compress: false }).length).toBeGreaterThan(8000);
    expect(encodeNpz(arrays)).toEqual(small);
  });
});
