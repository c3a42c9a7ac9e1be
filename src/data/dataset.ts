import { ShapeError } from '../base/errors.js';
import { sizeOf } from '../base/nd-array.js';
import { received } from '../base/received.js';

/** Pixel data: bytes as files hold them, or floats as kernels take them. */
export type PixelData = Uint8Array | Float32Array | Float64Array;

/** A batch of images, channels last and row-major: `shape` is `[n, h, w, c]`. */
export interface Images<Data extends PixelData = PixelData> {
  readonly shape: readonly number[];
  readonly data: Data;
}

/**
 * Labelled images. The readers give raw pixels, `Dataset<Uint8Array>` with entries 0 to 255; `standardise` makes the
 * floats that kernels take.
 */
export interface Dataset<Data extends PixelData = Float32Array | Float64Array> {
  /** `[n, h, w, c]`. */
  readonly images: Images<Data>;
  /** `[n]`, entries from 0 to `numClasses` − 1. */
  readonly labels: Int32Array;
  readonly numClasses: number;
}

/**
 * The examples of a data set at `indices`, in that order; an index may repeat.
 *
 * @returns a data set with arrays of its own
 * @throws RangeError when an index is not an integer from 0 to n − 1
 */
export function subset<Data extends PixelData>(
  dataset: Dataset<Data>,
  indices: ArrayLike<number>,
): Dataset<Data> {
  checkDataset('subset', 'dataset', dataset);
  if (typeof indices?.length !== 'number') {
    const remedy = 'Pass a list, e.g. balancedSubset(labels, numClasses, count, key).';
    throw new TypeError(`subset: indices must be a list, ${received(indices, remedy)}`);
  }
  const [n, ...imageShape] = dataset.images.shape;
  const imageSize = sizeOf(imageShape);
  const source = dataset.images.data;
  const data = emptyLike(source, indices.length * imageSize);
  const labels = new Int32Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i];
    if (!Number.isInteger(index) || index < 0 || index >= n) {
      throw new RangeError(
        `subset: indices need to be integers from 0 to ${n - 1}, got ${index} at ${i}. Pass indices of the data set's ${n} examples.`,
      );
    }
    data.set(source.subarray(index * imageSize, (index + 1) * imageSize), i * imageSize);
    labels[i] = dataset.labels[index];
  }
  return { images: { shape: [indices.length, ...imageShape], data }, labels, numClasses: dataset.numClasses };
}

/**
 * The examples of several data sets, one after the other.
 *
 * @param datasets at least one; images of one shape, with the same number of classes
 * @throws ShapeError when the list is empty, or image shapes or numbers of classes differ
 */
export function concatDatasets<Data extends PixelData>(datasets: readonly Dataset<Data>[]): Dataset<Data> {
  if (!Array.isArray(datasets)) {
    throw new TypeError(
      `concatDatasets: needs a list of data sets, ${received(datasets, 'Pass e.g. [train, test].')}`,
    );
  }
  datasets.forEach((dataset, i) => {
    checkDataset('concatDatasets', `entry ${i}`, dataset);
  });
  if (datasets.length === 0) {
    throw new ShapeError(
      'concatDatasets: needs at least one data set, got an empty list. Pass e.g. [train, test].',
    );
  }
  const { images, numClasses } = datasets[0];
  const imageShape = images.shape.slice(1);
  datasets.forEach((other, i) => {
    if (other.images.shape.slice(1).join() !== imageShape.join() || other.numClasses !== numClasses) {
      throw new ShapeError(
        `concatDatasets: all need images [${imageShape.join(', ')}] of ${numClasses} classes like the first, got [${other.images.shape.slice(1).join(', ')}] of ${other.numClasses} at ${i}. Pass parts of one data set.`,
      );
    }
  });
  const total = datasets.reduce((sum, other) => sum + other.labels.length, 0);
  const data = emptyLike(images.data, total * sizeOf(imageShape));
  const labels = new Int32Array(total);
  let example = 0;
  for (const other of datasets) {
    data.set(other.images.data, example * sizeOf(imageShape));
    labels.set(other.labels, example);
    example += other.labels.length;
  }
  return { images: { shape: [total, ...imageShape], data }, labels, numClasses };
}

function checkDataset(where: string, name: string, dataset: unknown): void {
  if (typeof dataset === 'object' && dataset !== null && 'images' in dataset && 'labels' in dataset) return;
  const remedy = 'Pass e.g. the train of loadMnist.';
  throw new TypeError(
    `${where}: ${name} must be { images, labels, numClasses }, ${received(dataset, remedy)}`,
  );
}

function emptyLike<Data extends PixelData>(data: Data, length: number): Data {
  return new (data.constructor as new (length: number) => Data)(length);
}
