import { ShapeError } from '../base/errors.js';
import { rowMajor } from '../base/matrix.js';
import { balancedSubset, type Dataset, oneHotCentred, subset } from '../data/index.js';
import type { SupportInput } from '../distill/index.js';
import { readSupport } from '../distill/read-support.js';
import type { Loss } from '../finite/training/loss.js';
import { type Key, normal, split } from '../random/index.js';

/** Where images start: standard normal noise, images of the data, or those of the caller's, with their labels. */
export type SynthesisInit = 'noise' | 'natural' | SupportInput;

/** Images and labels before the first step, row-major. */
export interface Start {
  readonly images: Float64Array;
  readonly labels: Float64Array;
  readonly count: number;
}

/** Labels `[n, C]`, row-major, of classes for a loss: one-hot, minus 1/C where the loss is a squared error. */
export function labelsFor(loss: Loss, classes: ArrayLike<number>, numClasses: number): Float64Array {
  const { data } = oneHotCentred(Array.from(classes), numClasses);
  return loss === 'mse' ? data : data.map((entry) => entry + 1 / numClasses);
}

/**
 * `size` images to start from, classes in turn: 0, 1, …, C − 1, 0, 1, …
 *
 * @throws ShapeError when a start of the caller's fits the data not.
 */
export function startOf(
  where: string,
  data: Dataset,
  size: number,
  init: SynthesisInit,
  loss: Loss,
  key: Key,
): Start {
  const { numClasses, images } = data;
  const shape = images.shape.slice(1);
  const [noiseKey, drawKey] = split(key);
  if (typeof init === 'object') {
    const given = readSupport(where, 'init', init);
    const form = [given.labels.rows, ...given.images.shape.slice(1), given.labels.columns];
    if (String(form) === String([size, ...shape, numClasses])) {
      return { images: Float64Array.from(given.images.data), labels: rowMajor(given.labels), count: size };
    }
    throw new ShapeError(
      `${where}: init must hold ${size} images [${shape}] and labels of ${numClasses} classes, ` +
        `got [${given.images.shape}] and [${given.labels.rows}, ${given.labels.columns}].`,
    );
  }
  if (init !== 'noise' && init !== 'natural') {
    throw new RangeError(`${where}: init must be 'noise', 'natural' or { images, labels }, got '${init}'.`);
  }
  const labels = labelsFor(
    loss,
    Array.from({ length: size }, (_, i) => i % numClasses),
    numClasses,
  );
  if (init === 'noise') {
    return { images: normal(noiseKey, [size, ...shape], { dtype: 'float64' }).data, labels, count: size };
  }
  const perClass = Math.ceil(size / numClasses);
  const drawn = balancedSubset(data.labels, numClasses, perClass * numClasses, drawKey);
  const inTurn = Int32Array.from(
    { length: size },
    (_, i) => drawn[(i % numClasses) * perClass + Math.floor(i / numClasses)],
  );
  return { images: Float64Array.from(subset(data, inTurn).images.data), labels, count: size };
}
