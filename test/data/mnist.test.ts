import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { FormatError, loadMnist, parseMnist } from '../../src/data/index.js';
import { idxFile } from './support.js';

const images = idxFile([2, 1, 3], [1, 2, 3, 4, 5, 6]);
const labels = idxFile([2], [7, 0]);
const dataset = {
  images: { shape: [2, 1, 3, 1], data: Uint8Array.of(1, 2, 3, 4, 5, 6) },
  labels: Int32Array.of(7, 0),
  numClasses: 10,
};

describe('parseMnist', () => {
  it('joins images and labels', () => {
    expect(parseMnist(images, labels)).toEqual(dataset);
  });

  it('refuses files that do not belong together', () => {
    expect(() => parseMnist(labels, images)).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: parseMnist: images need bytes of shape [n, h, w], got Uint8Array of [2]. Pass the idx3-ubyte file first.]`,
    );
    expect(() => parseMnist(images, idxFile([3], [1, 2, 3]))).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: parseMnist: labels need bytes of shape [2] for 2 images, got Uint8Array of [3]. Pass the idx1-ubyte file of the same split.]`,
    );
    expect(() => parseMnist(images, idxFile([2], [1, 10]))).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: parseMnist: labels need to be from 0 to 9, got 10 at 1. Fetch the file again.]`,
    );
  });
});

describe('loadMnist', () => {
  const reader = (files: Record<string, Uint8Array>) => (name: string) => {
    if (files[name] === undefined) throw new Error(`no ${name}`);
    return files[name];
  };

  it('reads gzipped and plain files', async () => {
    const read = reader({
      'train-images-idx3-ubyte.gz': gzipSync(images),
      'train-labels-idx1-ubyte': labels,
      't10k-images-idx3-ubyte': images,
      't10k-labels-idx1-ubyte.gz': gzipSync(labels),
    });
    expect(await loadMnist(read)).toEqual({ train: dataset, test: dataset });
  });

  it('names the files that are missing', async () => {
    const result = loadMnist(reader({ 'train-images-idx3-ubyte': images }));
    await expect(result).rejects.toThrowErrorMatchingInlineSnapshot(
      `[FormatError: loadMnist: needs one of the files train-labels-idx1-ubyte.gz, train-labels-idx1-ubyte, got none. Check the folder and the names in it.]`,
    );
    await expect(result).rejects.toThrow(FormatError);
    await expect(result).rejects.toHaveProperty('cause.message', 'no train-labels-idx1-ubyte');
  });
});
