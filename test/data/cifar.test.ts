import fc from 'fast-check';
import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { FormatError, loadCifar10, loadCifar100, parseCifar10, parseCifar100 } from '../../src/data/index.js';

const PIXELS = 32 * 32;

/** One record: label bytes, then planes with entry (channel·50 + p) mod 256 plus an offset. */
const pixel = (channel: number, p: number, offset: number) => (channel * 50 + p + offset) & 255;
const record = (labels: number[], offset: number) =>
  Uint8Array.of(
    ...labels,
    ...[0, 1, 2].flatMap((channel) => Array.from({ length: PIXELS }, (_, p) => pixel(channel, p, offset))),
  );
const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

describe('parseCifar10', () => {
  it('turns planes into channels last', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(255)), { minLength: 1, maxLength: 3 }), (examples) => {
        const file = join(...examples.map(([label, offset]) => record([label], offset)));
        const { images, labels, numClasses } = parseCifar10(file);
        expect(numClasses).toBe(10);
        expect([...labels]).toEqual(examples.map(([label]) => label));
        expect(images.shape).toEqual([examples.length, 32, 32, 3]);
        const expected = examples.flatMap(([, offset]) =>
          Array.from({ length: PIXELS * 3 }, (_, i) => pixel(i % 3, Math.floor(i / 3), offset)),
        );
        expect(images.data).toEqual(Uint8Array.from(expected));
      }),
      { numRuns: 20 },
    );
  });

  it('reads gzipped files', () => {
    expect(parseCifar10(gzipSync(record([3], 0))).labels).toEqual(Int32Array.of(3));
  });

  it('refuses truncated, empty and other files', () => {
    const file = join(record([1], 0), record([2], 0));
    expect(() => parseCifar10(file.subarray(0, 5000))).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: parseCifar10: a file holds whole records of 3073 bytes, got 5000 bytes (1 records and 1927 bytes). Pass the binary version's .bin file; fetch it again if it is one.]`,
    );
    expect(() => parseCifar10(new Uint8Array(0))).toThrow(FormatError);
    expect(() => parseCifar10(record([11], 0))).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: parseCifar10: labels need to be from 0 to 9, got 11 in record 0. Check that the file is of this data set.]`,
    );
  });
});

describe('parseCifar100', () => {
  it('takes the fine or the coarse label', () => {
    const file = join(record([19, 99], 0), record([4, 30], 7));
    const fine = parseCifar100(file);
    const coarse = parseCifar100(file, 'coarse');
    expect(fine.labels).toEqual(Int32Array.of(99, 30));
    expect(fine.numClasses).toBe(100);
    expect(coarse.labels).toEqual(Int32Array.of(19, 4));
    expect(coarse.numClasses).toBe(20);
    expect(coarse.images).toEqual(fine.images);
    expect([...fine.images.data.subarray(0, 6)]).toEqual([0, 50, 100, 1, 51, 101]);
  });

  it('refuses the other data set', () => {
    expect(() => parseCifar100(record([1], 0))).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: parseCifar100: a file holds whole records of 3074 bytes, got 3073 bytes (0 records and 3073 bytes). Pass the binary version's .bin file; fetch it again if it is one.]`,
    );
  });
});

it('loads CIFAR-10 from its six files', async () => {
  const read = async (name: string) => {
    const digit = /data_batch_(\d)\.bin$/.exec(name)?.[1];
    if (digit) return record([Number(digit)], 0);
    if (name === 'test_batch.bin') return record([9], 0);
    throw new Error('absent');
  };
  const { train, test } = await loadCifar10(read);
  expect(train.labels).toEqual(Int32Array.of(1, 2, 3, 4, 5));
  expect(train.images.shape).toEqual([5, 32, 32, 3]);
  expect(test.labels).toEqual(Int32Array.of(9));
  await expect(loadCifar10((name) => Promise.reject(new Error(name)))).rejects.toThrow(
    'loadCifar10: needs one of the files data_batch_',
  );
});

it('loads CIFAR-100 from its two files', async () => {
  const { train, test } = await loadCifar100(
    (name) => record(name === 'train.bin' ? [1, 2] : [3, 4], 0),
    'coarse',
  );
  expect([train.labels[0], test.labels[0], test.numClasses]).toEqual([1, 3, 20]);
});
