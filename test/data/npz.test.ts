import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { encodeNpz, FormatError, parseNpz } from '../../src/data/index.js';
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

  it('refuses entries that are no arrays', () => {
    const file = zipSync({ 'notes.txt': strToU8('hello') });
    expect(() => parseNpz(file)).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: parseNpz: every entry needs to be a .npy file, got notes.txt. Pass a file that numpy.savez wrote.]`,
    );
  });
});

describe('encodeNpz', () => {
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
