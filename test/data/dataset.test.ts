import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/base/errors.js';
import { concatDatasets, type Dataset, subset } from '../../src/data/index.js';

const dataset: Dataset<Uint8Array> = {
  images: { shape: [3, 1, 2, 1], data: Uint8Array.of(1, 2, 3, 4, 5, 6) },
  labels: Int32Array.of(0, 1, 1),
  numClasses: 2,
};

describe('subset', () => {
  it('takes examples in the order asked for, repeats too', () => {
    expect(subset(dataset, [2, 0, 2])).toEqual({
      images: { shape: [3, 1, 2, 1], data: Uint8Array.of(5, 6, 1, 2, 5, 6) },
      labels: Int32Array.of(1, 0, 1),
      numClasses: 2,
    });
    expect(subset(dataset, []).images).toEqual({ shape: [0, 1, 2, 1], data: new Uint8Array(0) });
  });

  it('keeps the kind of pixels and does not share memory', () => {
    const floats = { ...dataset, images: { shape: [3, 1, 2, 1], data: Float64Array.of(1, 2, 3, 4, 5, 6) } };
    const { data } = subset(floats, [1]).images;
    expect(data).toEqual(Float64Array.of(3, 4));
    data.fill(0);
    expect(floats.images.data[2]).toBe(3);
  });

  it('refuses indices that are not there', () => {
    expect(() => subset(dataset, [0, 3])).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: subset: indices need to be integers from 0 to 2, got 3 at 1. Pass indices of the data set's 3 examples.]`,
    );
    expect(() => subset(dataset, [-1])).toThrow(RangeError);
    expect(() => subset(dataset, [0.5])).toThrow(RangeError);
  });
});

describe('concatDatasets', () => {
  it('undoes a partition', () => {
    expect(concatDatasets([subset(dataset, [0]), subset(dataset, []), subset(dataset, [1, 2])])).toEqual(
      dataset,
    );
  });

  it('refuses nothing, and parts that differ', () => {
    const wider = { ...dataset, images: { shape: [3, 2, 1, 1], data: dataset.images.data } };
    expect(() => concatDatasets([])).toThrow(ShapeError);
    expect(() => concatDatasets([])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: concatDatasets: needs at least one data set, got an empty list. Pass e.g. [train, test].]`,
    );
    expect(() => concatDatasets([dataset, wider])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: concatDatasets: all need images [1, 2, 1] of 2 classes like the first, got [2, 1, 1] of 2 at 1. Pass parts of one data set.]`,
    );
    expect(() => concatDatasets([dataset, { ...dataset, numClasses: 3 }])).toThrow(ShapeError);
  });
});
