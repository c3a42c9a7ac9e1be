import { type AnyArray, readNumbers, type ShapedArray } from '../base/any-array.js';
import { zeros } from '../base/dtype.js';
import { ShapeError } from '../base/errors.js';
import type { Dtype, FloatArray, NdArray } from '../base/nd-array.js';
import { byDefault, readOptions } from '../base/options.js';
import { received } from '../base/received.js';
import { dtype } from '../base/work-options.js';

/** Mean and standard deviation of every channel, over all images and pixels. Plain data. */
export interface ChannelStats {
  /** `[c]`. */
  readonly mean: readonly number[];
  /** `[c]`, the population's (divided by n·h·w); 1 for a constant channel, so that it can be divided by. */
  readonly std: readonly number[];
}

/** Options of `standardise` and `unstandardise`. */
export interface StandardiseOptions<D extends Dtype = Dtype> {
  /** Default `'float64'`. */
  dtype?: D;
}

/**
 * The mean and standard deviation of every channel, in float64. Fit them on the training set and use them for the others.
 *
 * @param images `[n, …, c]`, at least one image
 * @throws ShapeError when there is no pixel, or shape and data differ in size
 * @example
 * ```ts
 * import { channelStats, standardise, unstandardise } from 'neural-tangents';
 *
 * const images = { shape: [1, 1, 2, 2], data: Uint8Array.of(0, 7, 255, 7) };
 * const stats = channelStats(images);
 * const x = standardise(images, stats);
 * console.log([...x.data]); // [ -1, 0, 1, 0 ]
 * console.log([...unstandardise(x, stats).data]); // [ 0, 7, 255, 7 ]
 * ```
 */
export function channelStats(images: AnyArray): ChannelStats {
  const read = readChannels('channelStats', images);
  const channels = read.shape[read.shape.length - 1];
  const pixels = read.data.length / channels;
  if (!(pixels > 0)) {
    throw new ShapeError(
      `channelStats: needs at least one pixel, got images of shape [${read.shape.join(', ')}]. Pass the training images.`,
    );
  }
  const mean = channelSums(read, 1, new Array<number>(channels).fill(0)).map((sum) => sum / pixels);
  const square = channelSums(read, 2, mean);
  return { mean, std: square.map((sum) => Math.sqrt(sum / pixels) || 1) };
}

/**
 * (x − mean) / std, channel by channel.
 *
 * @param images `[n, …, c]`, bytes or floats; not changed
 * @param stats of c channels
 * @returns array of the images' shape
 * @throws ShapeError when the channels of `images` and `stats` differ in number
 */
export function standardise<D extends Dtype = 'float64'>(
  images: AnyArray,
  stats: ChannelStats,
  options: StandardiseOptions<D> = {},
): NdArray<FloatArray<D>> {
  return mapChannels('standardise', images, stats, options, (x, mean, std) => (x - mean) / std);
}

/**
 * x · std + mean, channel by channel: undoes `standardise`, so that images can be shown. Values are neither rounded nor
 * clipped to pixels' range.
 *
 * @param images `[n, …, c]`; not changed
 * @param stats of c channels
 * @returns array of the images' shape
 * @throws ShapeError when the channels of `images` and `stats` differ in number
 */
export function unstandardise<D extends Dtype = 'float64'>(
  images: AnyArray,
  stats: ChannelStats,
  options: StandardiseOptions<D> = {},
): NdArray<FloatArray<D>> {
  return mapChannels('unstandardise', images, stats, options, (x, mean, std) => x * std + mean);
}

/** Sums (x − centre)^power over every channel, image by image: one running sum over all of MNIST loses six digits. */
function channelSums({ shape, data }: ShapedArray, power: 1 | 2, centre: readonly number[]): number[] {
  const imageSize = data.length / shape[0];
  const channels = centre.length;
  return centre.map((shift, channel) => {
    let total = 0;
    for (let start = channel; start < data.length; start += imageSize) {
      let sum = 0;
      for (let i = start; i < start - channel + imageSize; i += channels) {
        const x = data[i] - shift;
        sum += power === 2 ? x * x : x;
      }
      total += sum;
    }
    return total;
  });
}

const standardiseOptions = { dtype: byDefault('float64', dtype) };

function mapChannels<D extends Dtype>(
  where: string,
  images: AnyArray,
  stats: ChannelStats,
  options: StandardiseOptions<D>,
  f: (x: number, mean: number, std: number) => number,
): NdArray<FloatArray<D>> {
  const read = readOptions(where, options, standardiseOptions);
  const { shape, data } = readChannels(where, images);
  const channels = shape[shape.length - 1];
  const { mean, std } = checkedStats(where, stats);
  if (mean.length !== channels || std.length !== channels) {
    throw new ShapeError(
      `${where}: stats of ${mean.length} channels need images of as many, got shape [${shape.join(', ')}]. Fit channelStats on images of the same kind.`,
    );
  }
  const result = zeros(read.dtype, data.length);
  for (let i = 0; i < data.length; i++) result[i] = f(data[i], mean[i % channels], std[i % channels]);
  return { shape: [...shape], data: result as FloatArray<D> };
}

/** Reads images that have a channel axis. */
function readChannels(where: string, images: AnyArray): ShapedArray {
  const read = readNumbers(where, 'images', images);
  if (read.shape.length >= 2) return read;
  throw new ShapeError(
    `${where}: images need a shape [n, ..., c], got [${read.shape.join(', ')}]. Pass e.g. dataset.images.`,
  );
}

function checkedStats(where: string, stats: ChannelStats): ChannelStats {
  if (Array.isArray(stats?.mean) && Array.isArray(stats?.std)) return stats;
  throw new TypeError(
    `${where}: stats must be { mean, std }, ${received(stats, 'Pass channelStats(images) of the training images.')}`,
  );
}
