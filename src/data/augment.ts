import { type AnyArray, readArray } from '../base/any-array.js';
import { ShapeError } from '../base/errors.js';
import { type NdArray, sizeOf } from '../base/nd-array.js';
import { byDefault, type Complete, flag, isAmount, readOptions, rule } from '../base/options.js';
import { foldIn, type Key, permutation, split, uniform } from '../random/index.js';
import { checkKey } from '../random/key.js';
import { changeImage, type ImageChange } from './change-image.js';

/** How far images are changed. Each amount is drawn uniformly from −x to x; all are 0 by default. */
export interface AugmentOptions {
  /** Rotation about the centre, in degrees. */
  readonly rotation?: number;
  /** Shift along the height, as a share of it. */
  readonly heightShift?: number;
  /** Shift along the width, as a share of it. */
  readonly widthShift?: number;
  /** Mirrors left and right with probability ½; default false. */
  readonly horizontalFlip?: boolean;
  /** What is added to all channels, clipped to the image's own range. */
  readonly channelShift?: number;
  /** The share of images that are changed, drawn anew for each key; default 1. */
  readonly fraction?: number;
}

const amount = byDefault(0, rule('needs a finite number of at least 0', isAmount, 'Pass e.g. 0.1.'));

const augmentOptions = {
  rotation: amount,
  heightShift: amount,
  widthShift: amount,
  channelShift: amount,
  horizontalFlip: byDefault(false, flag),
  fraction: byDefault(
    1,
    rule<number>('needs a number from 0 to 1', (share) => share >= 0 && share <= 1, 'Pass e.g. 0.5.'),
  ),
};

/**
 * Images changed at random, each by amounts of its own.
 *
 * The same key gives the same images: for a training step fold its number into a key, `foldIn(key, step)`. What is not known
 * beyond the border is the nearest entry inside.
 *
 * @param images `[n, h, w, c]`, not yet whitened; not changed
 * @returns array of the images' shape
 * @throws ShapeError when images have another number of axes.
 * @throws RangeError when an amount is negative or not finite, or `fraction` is not from 0 to 1.
 * @throws TypeError when `key` is no key; UnsupportedError when there is no such option.
 * @remarks The operations are those of Keras' `ImageDataGenerator`: one bilinear interpolation for rotation and shifts.
 * @example
 * ```ts
 * import { augment, random } from 'neural-tangents';
 *
 * const images = { shape: [1, 1, 2, 1], data: Float64Array.of(1, 2) };
 * const flips = [0, 1, 2, 3].map((i) => [...augment(images, { horizontalFlip: true }, random.key(i)).data].join());
 * console.log(new Set(flips).size); // 2
 * ```
 */
export function augment(images: AnyArray, options: AugmentOptions, key: Key): NdArray<Float64Array> {
  const read = readOptions('augment', options, augmentOptions);
  checkKey('augment', key);
  const { shape, data } = readArray('augment', 'images', images);
  if (shape.length !== 4) {
    throw new ShapeError(
      `augment: images must be [n, h, w, c], got shape [${shape}]. Reshape them, channels last.`,
    );
  }
  const out = Float64Array.from(data);
  const [n, ...imageShape] = shape;
  const size = sizeOf(imageShape);
  const [order, draws] = split(key);
  const chosen = permutation(order, n).slice(0, Math.round(read.fraction * n));
  for (const i of chosen) {
    const change = drawChange(foldIn(draws, i), read, imageShape);
    out.set(changeImage(out.subarray(i * size, (i + 1) * size), imageShape, change), i * size);
  }
  return { shape: [...shape], data: out };
}

/** What is done to one image. */
function drawChange(
  key: Key,
  options: Complete<typeof augmentOptions>,
  [h, w]: readonly number[],
): ImageChange {
  const { rotation, heightShift, widthShift, channelShift, horizontalFlip } = options;
  const u = uniform(key, [5], { minval: -1, maxval: 1, dtype: 'float64' }).data;
  return {
    rotation: (u[0] * rotation * Math.PI) / 180,
    shift: [u[1] * heightShift * h, u[2] * widthShift * w],
    brightness: u[3] * channelShift,
    flip: horizontalFlip && u[4] < 0,
  };
}
