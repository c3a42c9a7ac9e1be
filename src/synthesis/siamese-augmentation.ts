import * as tf from '#tf';
import { ShapeError } from '../base/errors.js';
import { isAmount, optional, readOptions, rule } from '../base/options.js';
import { foldIn, type Key, split, uniform } from '../random/index.js';
import { samplingMatrix } from './sampling-matrix.js';

/** Which changes are drawn from, each with its strength; those that are left out are not drawn. */
export interface SiameseAugmentationOptions {
  /** Brightness ±`color`/2, saturation 0 to 2·`color`, contrast 1 ± `color`/2; the paper's: 1. */
  readonly color?: number;
  /** Shifts of up to this share of height and width, zeros outside; the paper's: 0.125. */
  readonly crop?: number;
  /** A square of zeros, so large a share of height and width; the paper's: 0.5. */
  readonly cutout?: number;
  /** Mirrors left and right with this probability; the paper's: 0.5, none for digits. */
  readonly flip?: number;
  /** Height and width each 1/`scale` to `scale` times as large; the paper's: 1.2. */
  readonly scale?: number;
  /** Rotation of up to so many degrees; the paper's: 15. */
  readonly rotate?: number;
}

const amount = optional(rule<number>('must be a number from 0', isAmount));
const share = optional(rule<number>('must be a share from 0 to 1', (given) => given >= 0 && given <= 1));
const augmentationOptions = {
  color: amount,
  crop: share,
  cutout: share,
  flip: share,
  scale: optional(rule<number>('must be a number from 1', (given) => given >= 1 && given < Infinity)),
  rotate: amount,
};

type Changes = Required<SiameseAugmentationOptions>;
type Change = (x: tf.Tensor, strength: number, u: ArrayLike<number>) => tf.Tensor;

/**
 * Differentiable siamese augmentation: a change drawn by a key, one and the same for all images of a call, so that the same key
 * changes images of the data and learned ones alike, and gradients flow back to the images.
 *
 * @returns what `datasetCondensation` and `train` take as `augment`: images `[n, h, w, c]` and a key to images.
 * @throws RangeError for a strength that makes no sense. @throws ShapeError, when called, for images of other than four axes.
 * @remarks Shifts, mirrors, scales and rotations are products with one matrix of positions, `[h·w, h·w]`, bilinear, zeros outside.
 * @source B. Zhao, H. Bilen, Dataset condensation with differentiable siamese augmentation, 2021, https://arxiv.org/abs/2102.08259.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { random, siameseAugmentation } from 'neural-tangents';
 * const augment = siameseAugmentation({ flip: 1 });
 * console.log(augment(tf.tensor4d([1, 2, 3], [1, 1, 3, 1]), random.key(0)).dataSync()); // Float32Array(3) [ 3, 2, 1 ]
 * ```
 */
export function siameseAugmentation(
  options: SiameseAugmentationOptions,
): (x: tf.Tensor, key: Key) => tf.Tensor {
  const where = 'siameseAugmentation';
  const strengths = readOptions(where, options, augmentationOptions);
  const names = (Object.keys(changes) as (keyof Changes)[]).filter((name) => strengths[name] !== undefined);
  if (names.length === 0) {
    throw new RangeError(
      `${where}: needs a change to draw from, got none. Pass e.g. { crop: 0.125, scale: 1.2 }.`,
    );
  }
  return (x, key) => {
    if (x.rank !== 4) throw new ShapeError(`${where}: images must be [n, h, w, c], got [${x.shape}].`);
    const [which, amounts] = split(key);
    const name = names[Math.floor(uniform(which, [1]).data[0] * names.length)];
    return changes[name](x, strengths[name] as number, uniform(foldIn(amounts, 0), [3]).data);
  };
}

const between = (low: number, high: number, u: number): number => low + (high - low) * u;

const changes: { readonly [Name in keyof Changes]: Change } = {
  color(x, strength, u) {
    const bright = tf.add(x, strength * (u[0] - 0.5));
    const grey = tf.mean(bright, 3, true);
    const saturated = tf.add(tf.mul(tf.sub(bright, grey), 2 * strength * u[1]), grey);
    const mean = tf.mean(saturated, [1, 2, 3], true);
    return tf.add(tf.mul(tf.sub(saturated, mean), 1 + strength * (u[2] - 0.5)), mean);
  },
  crop(x, share, u) {
    const [, h, w] = x.shape;
    const [down, right] = [h, w].map((size, i) => Math.round(between(-1, 1, u[i]) * share * size));
    return sampled(x, (row, column) => [row + down, column + right]);
  },
  cutout(x, share, u) {
    const [, h, w] = x.shape;
    const [top, left] = [h, w].map((size, i) => Math.floor(u[i] * (size + 1 - share * size)));
    const [bottom, right] = [top + Math.round(share * h), left + Math.round(share * w)];
    const isOut = (row: number, column: number) =>
      row >= top && row < bottom && column >= left && column < right;
    const mask = Float32Array.from({ length: h * w }, (_, at) => Number(!isOut(Math.floor(at / w), at % w)));
    return tf.mul(x, tf.tensor(mask, [1, h, w, 1]));
  },
  flip(x, chance, u) {
    if (u[0] >= chance) return x;
    const last = (x.shape[2] as number) - 1;
    return sampled(x, (row, column) => [row, last - column]);
  },
  scale(x, most, u) {
    const [byHeight, byWidth] = [u[0], u[1]].map((own) => between(1 / most, most, own));
    return aboutCentre(x, (y, z) => [y / byHeight, z / byWidth]);
  },
  rotate(x, degrees, u) {
    const angle = (between(-degrees, degrees, u[0]) * Math.PI) / 180;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    return aboutCentre(x, (y, z) => [cos * y - sin * z, sin * y + cos * z]);
  },
};

type Point = readonly [row: number, column: number];

/** Images whose position p shows what was at from(p − centre) + centre. */
function aboutCentre(x: tf.Tensor, from: (row: number, column: number) => Point): tf.Tensor {
  const [, h, w] = x.shape;
  const [oy, oz] = [(h - 1) / 2, (w - 1) / 2];
  return sampled(x, (row, column) => {
    const [y, z] = from(row - oy, column - oz);
    return [y + oy, z + oz];
  });
}

/** Images whose position p shows what was at from(p). */
function sampled(x: tf.Tensor, from: (row: number, column: number) => Point): tf.Tensor {
  const [n, h, w, c] = x.shape;
  const matrix = tf.tensor(samplingMatrix(h, w, from), [h * w, h * w]);
  const rows = tf.reshape(tf.transpose(x, [1, 2, 0, 3]), [h * w, n * c]);
  return tf.transpose(tf.reshape(tf.matMul(matrix, rows), [h, w, n, c]), [2, 0, 1, 3]);
}
