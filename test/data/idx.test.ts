import fc from 'fast-check';
import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { FormatError, parseIdx } from '../../src/data/index.js';
import { idxFile } from './support.js';

describe('parseIdx', () => {
  it('reads every number type, big-endian', () => {
    const header = (code: number) => [0, 0, code, 1, 0, 0, 0, 1];
    const read = (code: number, ...item: number[]) => parseIdx(Uint8Array.of(...header(code), ...item)).data;
    expect(read(0x08, 200)).toEqual(Uint8Array.of(200));
    expect(read(0x09, 200)).toEqual(Int8Array.of(-56));
    expect(read(0x0b, 1, 2)).toEqual(Int16Array.of(258));
    expect(read(0x0c, 0xff, 0xff, 0xff, 0xfe)).toEqual(Int32Array.of(-2));
    expect(read(0x0d, 0x3f, 0xc0, 0, 0)).toEqual(Float32Array.of(1.5));
    expect(read(0x0e, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0)).toEqual(Float64Array.of(1.5));
  });

  it('reads back bytes of any shape, plain or gzipped, from a view into a larger buffer too', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(4), { maxLength: 4 }),
        fc.infiniteStream(fc.nat(255)),
        fc.boolean(),
        (shape, entries, zipped) => {
          const data = Uint8Array.from(
            { length: shape.reduce((a, b) => a * b, 1) },
            () => entries.next().value,
          );
          const file = idxFile(shape, data);
          const bytes = zipped ? gzipSync(file) : file;
          const padded = new Uint8Array(bytes.length + 3);
          padded.set(bytes, 3);
          expect(parseIdx(bytes)).toEqual({ shape, data });
          expect(parseIdx(padded.subarray(3))).toEqual({ shape, data });
          expect(parseIdx(Buffer.from(bytes))).toEqual({ shape, data });
        },
      ),
    );
  });

  it('gives an array of its own', () => {
    const file = idxFile([2], Uint8Array.of(1, 2));
    (parseIdx(file).data as Uint8Array).fill(9);
    expect(parseIdx(file).data).toEqual(Uint8Array.of(1, 2));
  });

  it('refuses other files', () => {
    expect(() => parseIdx(new TextEncoder().encode('<html>'))).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: parseIdx: an IDX file starts with the bytes 0 0, a type and a rank, got [60, 104, 116, 109]. Pass an IDX file, plain or gzipped.]`,
    );
    expect(() => parseIdx(new Uint8Array(0))).toThrow(FormatError);
    expect(() => parseIdx(Uint8Array.of(0, 0, 7, 1, 0, 0, 0, 0))).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: parseIdx: the type is one of 8, 9, 11, 12, 13, 14, got 7. Pass an IDX file, plain or gzipped.]`,
    );
  });

  it('refuses truncated and overlong files at every length', () => {
    const file = idxFile([2, 3], new Uint8Array(6));
    for (let length = 0; length < file.length; length++) {
      expect(() => parseIdx(file.subarray(0, length))).toThrow(FormatError);
    }
    expect(() => parseIdx(file.subarray(0, 9))).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: parseIdx: a header of rank 2 has 12 bytes, got a file of 9. Fetch the file again.]`,
    );
    expect(() => parseIdx(file.subarray(0, 15))).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: parseIdx: Uint8Array of shape [2, 3] needs a file of 18 bytes, got 15. Fetch the file again.]`,
    );
    expect(() => parseIdx(Uint8Array.of(...file, 0))).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: parseIdx: Uint8Array of shape [2, 3] needs a file of 18 bytes, got 19. Fetch the file again.]`,
    );
  });

  it('refuses truncated and damaged gzip files', () => {
    const data = Uint8Array.from({ length: 500 }, (_, i) => (i * i * 7) % 251);
    const file = gzipSync(idxFile([500], data), { mtime: 0 });
    for (let length = 0; length < file.length; length++) {
      expect(() => parseIdx(file.subarray(0, length))).toThrow(FormatError);
    }
    for (let at = 10; at < file.length; at++) {
      const damaged = file.slice();
      damaged[at] ^= 0x10;
      // A flipped bit may be one that deflate does not use; it must not change what is read unnoticed.
      let read: unknown;
      try {
        read = parseIdx(damaged).data;
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
        continue;
      }
      expect(read).toEqual(data);
    }
    const badChecksum = file.slice();
    badChecksum[file.length - 5] ^= 1;
    expect(() => parseIdx(badChecksum)).toThrow('its checksum does not match');
    const badSize = file.slice();
    badSize[file.length - 1] = 255;
    expect(() => parseIdx(badSize)).toThrow('bytes is damaged, it announces');
    expect(() => parseIdx(file.subarray(0, 12))).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: parseIdx: the gzip file of 12 bytes is damaged, a gzip file has at least 18 bytes. Fetch it again.]`,
    );
  });
});
