import { encode } from 'fast-png';
import { type AnyArray, readArray } from '../base/any-array.js';
import { ShapeError } from '../base/errors.js';
import { anything, byDefault, isWhole, readOptions, rule } from '../base/options.js';

/** How {@link imageGrid} lays images out and maps their values to grey levels. */
export interface ImageGridOptions {
  /** Images in a row. Default: all up to 10, else 10. */
  readonly columns?: number;
  /** Integer factor by which each pixel is repeated in both directions. Default 4. */
  readonly scale?: number;
  /** Space between images, in pixels of the result. Default 4. */
  readonly gap?: number;
  /**
   * Which values become black and white: `'image'` the least and greatest of each image (standardised or
   * learned images have no scale of their own), `'shared'` those of all images, or the two values themselves.
   * Default `'image'`.
   */
  readonly range?: 'image' | 'shared' | readonly [number, number];
  /** Grey level between the images, 0 to 255. Default 255. */
  readonly background?: number;
}

const integer = (least: number) =>
  rule(`must be an integer of at least ${least}`, isWhole(least), '', ShapeError);

/** {@link ImageGridOptions}. */
export const imageGridOptions = {
  columns: byDefault(10, integer(1)),
  scale: byDefault(4, integer(1)),
  gap: byDefault(4, integer(0)),
  range: byDefault('image', anything<'image' | 'shared' | readonly [number, number]>()),
  background: byDefault(255, anything<number>()),
};

/**
 * A PNG with images side by side, row by row: grey level 255 · (v − low) / (high − low), clipped to [0, 255].
 *
 * @param images `[n, h, w, c]`, an array or a tensor, c = 1 (grey) or 3 (RGB), in any range; not changed.
 * @param options layout and range.
 * @returns the bytes of a PNG file, 8 bits a channel.
 * @throws ShapeError if `images` is not `[n, h, w, 1 | 3]` with n, h, w ≥ 1, holds another number of
 * values, or an option is out of range.
 * @remarks A constant image is drawn black under `range: 'image'`; NaN is drawn black.
 * @example
 * ```ts
 * import { imageGrid } from 'neural-tangents';
 *
 * const ramps = { shape: [2, 1, 3, 1], data: Float64Array.of(-1, 0, 1, 5, 4, 3) };
 * const png = imageGrid(ramps, { scale: 8 });
 * console.log(String.fromCharCode(...png.subarray(1, 4))); // → PNG
 * ```
 */
export function imageGrid(images: AnyArray, options: ImageGridOptions = {}): Uint8Array {
  const read = readOptions('imageGrid', options, imageGridOptions);
  const { scale, gap, background, range } = read;
  const { data, shape } = readArray('imageGrid', 'images', images);
  if (shape.length !== 4 || shape.some((size) => size < 1) || (shape[3] !== 1 && shape[3] !== 3)) {
    throw new ShapeError(
      `imageGrid: images must be [n, h, w, c] with c = 1 or 3, got [${shape.join(', ')}]. Reshape them, channels last.`,
    );
  }
  const [n, h, w, c] = shape;
  const columns = Math.min(read.columns, n);

  const rows = Math.ceil(n / columns);
  const width = columns * w * scale + (columns - 1) * gap;
  const height = rows * h * scale + (rows - 1) * gap;
  const pixels = new Uint8Array(width * height * c).fill(background);
  const size = h * w * c;
  const shared = range === 'shared' ? extent(data) : range;

  for (let i = 0; i < n; i++) {
    const image = data.subarray(i * size, (i + 1) * size);
    const [low, high] = shared === 'image' ? extent(image) : shared;
    const factor = high > low ? 255 / (high - low) : 0;
    const top = Math.floor(i / columns) * (h * scale + gap);
    const left = (i % columns) * (w * scale + gap);
    for (let y = 0; y < h * scale; y++) {
      const row = Math.floor(y / scale) * w;
      for (let x = 0; x < w * scale; x++) {
        const from = (row + Math.floor(x / scale)) * c;
        const to = ((top + y) * width + left + x) * c;
        for (let k = 0; k < c; k++) {
          pixels[to + k] = Math.min(255, Math.max(0, Math.round((image[from + k] - low) * factor)));
        }
      }
    }
  }
  return encode({ width, height, data: pixels, channels: c, depth: 8 });
}

/** Least and greatest finite value; [0, 0] if there is none. */
export function extent(values: Float32Array | Float64Array): readonly [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}
