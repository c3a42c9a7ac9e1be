import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FormatError, loadSvhn, parseSvhn } from '../../src/data/index.js';

const file = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../fixtures/svhn/${name}`, import.meta.url)));
const pixel = (row: number, column: number, channel: number, image: number) =>
  (3 * row + 5 * column + 7 * channel + 11 * image) % 256;

describe('loadSvhn', () => {
  it('reads compressed and plain files of scipy, channels last, with digits for labels', async () => {
    const { train, test } = await loadSvhn(file);
    expect(train.images.shape).toEqual([3, 32, 32, 3]);
    const expected = Array.from({ length: 3 * 32 * 32 * 3 }, (_, at) =>
      pixel(Math.floor(at / 96) % 32, Math.floor(at / 3) % 32, at % 3, Math.floor(at / 3072)),
    );
    expect([...train.images.data]).toEqual(expected);
    expect(train.labels).toEqual(Int32Array.of(0, 1, 2));
    expect(train.numClasses).toBe(10);
    expect([...test.images.data]).toEqual(expected.slice(0, 3072));
    expect(test.labels).toEqual(Int32Array.of(0));
  });

  it('refuses other, truncated and damaged files', () => {
    const messageOf = (bytes: Uint8Array) => {
      try {
        parseSvhn(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
        return (error as Error).message;
      }
      return 'was read';
    };
    const plain = file('test_32x32.mat');
    const packed = file('train_32x32.mat');
    const label = plain.slice();
    label[label.lastIndexOf(10)] = 11;
    const renamed = plain.slice();
    renamed[renamed.indexOf('X'.charCodeAt(0), 128)] = 'Z'.charCodeAt(0);
    expect([
      messageOf(new Uint8Array(3000)),
      messageOf(plain.subarray(0, 2000)),
      messageOf(packed.subarray(0, 400)),
      messageOf(packed.map((byte, at) => (at > 140 && at < 200 ? 255 : byte))),
      messageOf(renamed),
      messageOf(label),
    ]).toMatchInlineSnapshot(`
      [
        "parseSvhn: needs a MATLAB 5 file, got 3000 bytes without its header. Pass the .mat file as it is published; one of version 7.3 is HDF5, to be saved again with -v7.",
        "parseSvhn: the file is damaged, an element of 3128 bytes begins 1792 bytes before its end. Fetch it again.",
        "parseSvhn: the file is damaged, an element of 1062 bytes begins 264 bytes before its end. Fetch it again.",
        "parseSvhn: the file is damaged, invalid length/literal. Fetch it again.",
        "parseSvhn: needs bytes X [32, 32, 3, n] and y [n, 1], got y [1,1]. Pass train_32x32.mat or test_32x32.mat.",
        "parseSvhn: labels need to be from 1 to 10, got 11 at 0. Check that the file is of this data set.",
      ]
    `);
  });
});
