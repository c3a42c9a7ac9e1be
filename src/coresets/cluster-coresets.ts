import { anything, oneOf, optional, readOptions } from '../base/options.js';
import type { DatasetInput } from '../distill/index.js';
import { foldIn, type Key } from '../random/index.js';
import { type Clustering, centresOf, kMeans, kMedians } from './clusters.js';
import {
  type ClassSamples,
  type Coreset,
  coresetOf,
  type FeatureOptions,
  featureOptions,
  madeCoreset,
  samplesByClass,
} from './coreset.js';
import { leastOf } from './distances.js';

/** Options of `kMeansCoreset` and `kMedianCoreset`. */
export interface ClusterOptions extends FeatureOptions {
  /** What the first centres are drawn from. */
  readonly key: Key;
  /**
   * `'centres'`: the centres themselves, images that are made; `'nearest'`: the images nearest to them. Default `'centres'`; with
   * `features`, whose centres are no images, `'nearest'`.
   */
  readonly images?: 'centres' | 'nearest';
}

const clusterOptions = {
  key: anything<Key>(),
  images: optional(oneOf(['centres', 'nearest'])),
  ...featureOptions,
};

/**
 * Each class in clusters, an image for each: the mean, or the image nearest to it.
 *
 * Lloyd's rounds from seeds by k-means++ until no image changes its cluster.
 *
 * @param size images in all, a multiple of the classes; one a class is the mean image.
 * @throws RangeError, ShapeError, NonFiniteError for sizes, data, options or features that make no sense.
 * @source D. Arthur, S. Vassilvitskii, k-means++: the advantages of careful seeding, 2007.
 *
 * @example
 * ```ts
 * import { kMeansCoreset, random } from 'neural-tangents';
 * const images = { shape: [4, 1, 1, 1], data: Float64Array.of(0, 1, 8, 9) };
 * const data = { images, labels: Int32Array.of(0, 0, 0, 0), numClasses: 1 };
 * const { images: means } = await kMeansCoreset(data, 2, { key: random.key(0) });
 * console.log(Array.from(means.data).sort()); // [ 0.5, 8.5 ]
 * ```
 */
export function kMeansCoreset(data: DatasetInput, size: number, options: ClusterOptions): Promise<Coreset> {
  return clusterCoreset('kMeansCoreset', data, size, options, kMeans);
}

/** As `kMeansCoreset` with medians of every pixel for means, and sums of absolute differences for squared distances. */
export function kMedianCoreset(data: DatasetInput, size: number, options: ClusterOptions): Promise<Coreset> {
  return clusterCoreset('kMedianCoreset', data, size, options, kMedians);
}

/**
 * The mean image of each class.
 *
 * @throws ShapeError, NonFiniteError for malformed data, or a class without images.
 */
export async function averageCoreset(data: DatasetInput): Promise<Coreset> {
  const { data: read, classes } = await samplesByClass('averageCoreset', data, data.numClasses, {});
  const means = classes.map(({ features, width, members }) =>
    kMeans.centre(features, width, [...members.keys()]),
  );
  return madeCoreset(read, 1, means);
}

async function clusterCoreset(
  where: string,
  data: DatasetInput,
  size: number,
  options: ClusterOptions,
  by: Clustering,
): Promise<Coreset> {
  const asked = readOptions(where, options, clusterOptions);
  const { key, features, images = features ? 'nearest' : 'centres' } = asked;
  if (images === 'centres' && features) {
    throw new RangeError(`${where}: centres of features are no images. Pass images: 'nearest'.`);
  }
  const { data: read, perClass, classes } = await samplesByClass(where, data, size, { features });
  const centres = classes.map((own, label) =>
    centresOf(own.features, own.width, perClass, foldIn(key, label), by),
  );
  if (images === 'centres') return madeCoreset(read, perClass, centres);
  return coresetOf(
    read,
    classes.flatMap((own, label) => nearestTo(own, centres[label], by)),
  );
}

/** The places in the data set of the samples nearest to centres, each taken once. */
function nearestTo(
  { features, width, members }: ClassSamples,
  centres: Float64Array,
  by: Clustering,
): number[] {
  const distances = by.distances(centres, features, width);
  const count = members.length;
  return Array.from({ length: centres.length / width }, (_, centre) => {
    const row = leastOf(distances, centre * count, count);
    for (let other = row; other < distances.length; other += count)
      distances[other] = Number.POSITIVE_INFINITY;
    return members[row];
  });
}
