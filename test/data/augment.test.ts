import { describe, expect, it } from 'vitest';
import { changeImage, type ImageChange } from '../../src/data/change-image.js';
import { augment, random, sizeOf } from '../../src/index.js';
import fixtures from '../fixtures/augment/changed-images.json' with { type: 'json' };
import { refusals } from '../support/refusals.js';

const images = random.normal(random.key(0), [50, 6, 6, 2], { dtype: 'float64' });
const all = { rotation: 10, heightShift: 0.1, widthShift: 0.1, horizontalFlip: true, channelShift: 0.5 };
const image = (data: Float64Array, i: number) => data.subarray(i * 72, (i + 1) * 72);
const wrong = (value: unknown) => value as never;

describe('changeImage', () => {
  it.each(fixtures)('has the numbers of scipy: $shape, $change', ({ shape, image, change, expected }) => {
    const given = Float64Array.from(image);
    const result = changeImage(given, shape, change as unknown as ImageChange);
    expect(given).toEqual(Float64Array.from(image));
    result.forEach((value, i) => {
      expect(Math.abs(value - expected[i])).toBeLessThan(1e-13);
    });
  });
});

describe('augment', () => {
  it('gives the same images for the same key, others for another, and leaves its argument alone', () => {
    const before = images.data.slice();
    const first = augment(images, all, random.key(1));
    expect(augment(images, all, random.key(1))).toEqual(first);
    expect(augment(images, all, random.key(2)).data).not.toEqual(first.data);
    expect(images.data).toEqual(before);
    expect(first.shape).toEqual(images.shape);
  });

  it('changes each image by amounts of its own', () => {
    const one = {
      shape: [2, 6, 6, 2],
      data: Float64Array.of(...image(images.data, 0), ...image(images.data, 0)),
    };
    const { data } = augment(one, all, random.key(3));
    expect(image(data, 0)).not.toEqual(image(data, 1));
  });

  it('changes nothing without amounts, and the fraction asked for', () => {
    expect(augment(images, {}, random.key(4)).data).toEqual(images.data);
    const { data } = augment(images, { rotation: 10, fraction: 0.3 }, random.key(5));
    const changed = Array.from({ length: 50 }, (_, i) => i).filter(
      (i) => String(image(data, i)) !== String(image(images.data, i)),
    );
    expect(changed).toHaveLength(15);
    const other = augment(images, { rotation: 10, fraction: 0.3 }, random.key(6)).data;
    expect(changed.every((i) => String(image(other, i)) !== String(image(images.data, i)))).toBe(false);
  });

  it('mirrors about half of the images, to the bit', () => {
    const many = { shape: [400, 1, 2, 1], data: Float64Array.from({ length: 800 }, (_, i) => i % 2) };
    const { data } = augment(many, { horizontalFlip: true }, random.key(7));
    const flipped = data.filter((_, i) => i % 2 === 0).reduce((a, b) => a + b);
    // Four standard deviations of 400 throws.
    expect(Math.abs(flipped - 200)).toBeLessThan(40);
    expect(sizeOf(many.shape)).toBe(800);
  });

  it('names what it does not take', () => {
    const key = random.key(0);
    expect(
      refusals([
        () => augment(images, all, wrong(0)),
        () => augment(images, { rotation: -1 }, key),
        () => augment(images, { fraction: 2 }, key),
        () => augment(images, wrong({ zoom: 1 }), key),
        () => augment({ shape: [2, 2], data: new Float64Array(4) }, all, key),
        () => augment(wrong(images.data), all, key),
      ]),
    ).toMatchInlineSnapshot(`
      [
        "TypeError: augment: key must be a random key, got 0. Pass random.key(0).",
        "RangeError: augment: rotation needs a finite number of at least 0, got -1. Pass e.g. 0.1.",
        "RangeError: augment: fraction needs a number from 0 to 1, got 2. Pass e.g. 0.5.",
        "UnsupportedError: augment: has no option zoom. Its options are rotation, heightShift, widthShift, channelShift, horizontalFlip, fraction.",
        "ShapeError: augment: images must be [n, h, w, c], got shape [2,2]. Reshape them, channels last.",
        "TypeError: augment: images must be { shape, data }, a Matrix or a tensor, got a bare Float64Array. Say its shape too: { shape: [n, d], data }.",
      ]
    `);
  });
});
