import type * as tf from '#tf';
import { ShapeError } from '../base/errors.js';
import { fromRowMajor } from '../base/matrix.js';
import { sizeOf } from '../base/nd-array.js';
import { anything, optional } from '../base/options.js';
import { type Dataset, oneHotCentred } from '../data/index.js';
import type { DatasetInput, Support } from '../distill/index.js';
import { readDataset } from '../distill/read-support.js';
import { networkFeatures } from './features.js';

/** A few images that stand for a data set: some of its own, or means of such. Classes ascend, with as many images each. */
export interface Coreset extends Support {
  /** Where the images are in the data set; null where they are made. */
  readonly indices: Int32Array | null;
}

/** Where distances between images are taken. */
export interface FeatureOptions {
  /** Maps images `[n, h, w, c]` to features `[n, …]`, e.g. a trained network below its last layer. Default: the pixels. */
  readonly features?: (images: tf.Tensor) => tf.Tensor;
}

/** {@link FeatureOptions}. */
export const featureOptions = { features: optional(anything<(images: tf.Tensor) => tf.Tensor>()) };

/** The samples of one class: their places in the data set and their features, row-major. */
export interface ClassSamples {
  readonly members: readonly number[];
  readonly features: Float64Array;
  /** Numbers of a sample's features. */
  readonly width: number;
}

/** A data set class by class. */
export interface ByClass {
  readonly data: Dataset;
  /** Images that are wanted of each class. */
  readonly perClass: number;
  readonly classes: readonly ClassSamples[];
}

/**
 * Reads a data set and sorts its samples by class.
 *
 * @throws RangeError when `size` is no positive multiple of the classes. @throws ShapeError when a class has too few images.
 */
export async function samplesByClass(
  where: string,
  given: DatasetInput,
  size: number,
  { features }: FeatureOptions,
): Promise<ByClass> {
  const data = readDataset(where, 'data', given);
  const { numClasses, labels, images } = data;
  const perClass = size / numClasses;
  if (!(Number.isInteger(perClass) && perClass >= 1)) {
    throw new RangeError(
      `${where}: size must be a positive multiple of the ${numClasses} classes, got ${size}. Pass e.g. ${numClasses}.`,
    );
  }
  const rows = features
    ? await networkFeatures(where, images, features)
    : { width: sizeOf(images.shape.slice(1)), data: images.data };
  const classes = Array.from({ length: numClasses }, (_, label): ClassSamples => {
    const members = Array.from(labels.keys()).filter((i) => labels[i] === label);
    if (members.length < perClass) {
      throw new ShapeError(
        `${where}: size ${size} needs ${perClass} images of each class, got ${members.length} of class ${label}.`,
      );
    }
    const own = new Float64Array(members.length * rows.width);
    members.forEach((sample, i) => {
      own.set(rows.data.subarray(sample * rows.width, (sample + 1) * rows.width), i * rows.width);
    });
    return { members, features: own, width: rows.width };
  });
  return { data, perClass, classes };
}

/** The coreset of images of the data set itself, given their places, classes ascending. */
export function coresetOf({ images, labels, numClasses }: Dataset, indices: readonly number[]): Coreset {
  const shape = images.shape.slice(1);
  const width = sizeOf(shape);
  const data = new Float64Array(indices.length * width);
  indices.forEach((sample, i) => {
    data.set(images.data.subarray(sample * width, (sample + 1) * width), i * width);
  });
  const classes = indices.map((sample) => labels[sample]);
  return {
    images: { shape: [indices.length, ...shape], data },
    labels: fromRowMajor(oneHotCentred(classes, numClasses).data, indices.length, numClasses),
    indices: Int32Array.from(indices),
  };
}

/** The coreset of images that were made, `perClass` rows of pixels for each class. */
export function madeCoreset(
  { images, numClasses }: Dataset,
  perClass: number,
  made: readonly Float64Array[],
): Coreset {
  const shape = images.shape.slice(1);
  const width = sizeOf(shape);
  const count = perClass * numClasses;
  const data = new Float64Array(count * width);
  made.forEach((rows, label) => {
    data.set(rows, label * perClass * width);
  });
  const classes = Array.from({ length: count }, (_, i) => Math.floor(i / perClass));
  return {
    images: { shape: [count, ...shape], data },
    labels: fromRowMajor(oneHotCentred(classes, numClasses).data, count, numClasses),
    indices: null,
  };
}
