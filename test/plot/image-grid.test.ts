import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { imageGrid } from '../../src/plot/image-grid.js';

const grey = (n: number, h: number, w: number, values: number[]) => ({
  shape: [n, h, w, 1],
  data: Float64Array.from(values),
});

describe('imageGrid', () => {
  it('places each image in its cell, scaled and normalised by itself', () => {
    const png = decode(
      imageGrid(grey(3, 1, 2, [-2, 2, 0, 10, 7, 7]), { columns: 2, scale: 2, gap: 1, background: 9 }),
    );
    expect([png.width, png.height, png.channels, png.depth]).toEqual([9, 5, 1, 8]);
    expect(Array.from({ length: 5 }, (_, y) => [...png.data.subarray(9 * y, 9 * y + 9)])).toEqual([
      [0, 0, 255, 255, 9, 0, 0, 255, 255],
      [0, 0, 255, 255, 9, 0, 0, 255, 255],
      [9, 9, 9, 9, 9, 9, 9, 9, 9],
      [0, 0, 0, 0, 9, 9, 9, 9, 9],
      [0, 0, 0, 0, 9, 9, 9, 9, 9],
    ]);
  });

  it.each([
    ['shared' as const, [0, 51, 102, 255]],
    [[1, 3] as const, [0, 128, 255, 255]],
  ])('maps values by range %j', (range, expected) => {
    const png = decode(imageGrid(grey(2, 1, 2, [1, 2, 3, 6]), { scale: 1, gap: 0, range }));
    expect([...png.data]).toEqual(expected);
  });

  it('keeps colours, and draws what is not finite black', () => {
    const rgb = { shape: [1, 1, 2, 3], data: Float32Array.of(0, 1, 0.5, Number.NaN, 1, 0) };
    const png = decode(imageGrid(rgb, { scale: 1 }));
    expect([png.channels, ...png.data]).toEqual([3, 0, 255, 128, 0, 255, 0]);
  });

  it('refuses other shapes and sizes', () => {
    const images = grey(1, 1, 1, [0]);
    expect(() =>
      imageGrid({ shape: [1, 1, 1, 2], data: new Float64Array(2) }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: imageGrid: images must be [n, h, w, c] with c = 1 or 3, got [1, 1, 1, 2]. Reshape them, channels last.]`,
    );
    expect(() =>
      imageGrid({ shape: [0, 2, 2, 1], data: new Float64Array(0) }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: imageGrid: images must be [n, h, w, c] with c = 1 or 3, got [0, 2, 2, 1]. Reshape them, channels last.]`,
    );
    expect(() => imageGrid({ ...images, shape: [2, 1, 1, 1] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: imageGrid: images needs 2 numbers for its shape [2,1,1,1], got 1.]`,
    );
    expect(() => imageGrid(images, { scale: 1.5 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: imageGrid: scale must be an integer of at least 1, got 1.5.]`,
    );
    expect(() => imageGrid(images, { columns: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: imageGrid: columns must be an integer of at least 1, got 0.]`,
    );
    expect(() => imageGrid(images, { gap: -1 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: imageGrid: gap must be an integer of at least 0, got -1.]`,
    );
  });
});
