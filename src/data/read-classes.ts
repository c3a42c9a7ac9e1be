import { type AnyArray, isAnyArray, readArray } from '../base/any-array.js';
import { ShapeError } from '../base/errors.js';
import { received } from '../base/received.js';

/** Classes of samples: a list of whole numbers, or an array of one axis. */
export type ClassLabels = ArrayLike<number> | AnyArray;

/**
 * Reads the classes of samples, an argument called `name`.
 *
 * @param where the public function to name in the error
 * @param count how many samples there are, where that is known
 * @throws RangeError when `numClasses` is not a positive integer, or a label is not an integer from 0 to `numClasses` − 1
 * @throws ShapeError when there are not `count` of them, or they are one-hot rows
 * @throws TypeError when they are no list
 */
export function readClasses(
  where: string,
  name: string,
  labels: ClassLabels,
  numClasses: number,
  count?: number,
): Int32Array {
  const classes = listOf(where, name, labels);
  if (!Number.isInteger(numClasses) || numClasses < 1) {
    throw new RangeError(`${where}: numClasses needs a positive integer, got ${numClasses}. Pass e.g. 10.`);
  }
  if (Array.isArray(classes[0])) throw oneHot(where, name);
  if (count !== undefined && classes.length !== count) {
    if (classes.length === count * numClasses) throw oneHot(where, name);
    throw new ShapeError(
      `${where}: ${name} must be one label an image, got ${count} images and ${classes.length} labels.`,
    );
  }
  for (let i = 0; i < classes.length; i++) {
    if (!Number.isInteger(classes[i]) || classes[i] < 0 || classes[i] >= numClasses) {
      throw new RangeError(
        `${where}: ${name} need to be integers from 0 to ${numClasses - 1}, got ${classes[i]} at ${i}. Pass the data set's own numClasses.`,
      );
    }
  }
  return Int32Array.from(classes);
}

function listOf(where: string, name: string, labels: ClassLabels): ArrayLike<number> {
  if (Array.isArray(labels) || ArrayBuffer.isView(labels)) return labels as ArrayLike<number>;
  if (!isAnyArray(labels)) {
    const remedy = 'Pass e.g. Int32Array.of(0, 1).';
    throw new TypeError(`${where}: ${name} must be a list of classes, ${received(labels, remedy)}`);
  }
  const { shape, data } = readArray(where, name, labels);
  if (shape.length === 1) return data;
  throw oneHot(where, name);
}

const oneHot = (where: string, name: string): ShapeError =>
  new ShapeError(
    `${where}: ${name} must be classes, one whole number a sample, got rows. ` +
      "Of one-hot rows pass the place of each row's largest entry.",
  );
