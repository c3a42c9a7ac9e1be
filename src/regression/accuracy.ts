import { type AnyArray, readArray, readMatrix } from '../base/any-array.js';
import { ShapeError } from '../base/errors.js';
import { rowMajor } from '../base/matrix.js';

/**
 * Share of samples whose largest prediction is at their class; of equal ones the first counts.
 *
 * @param predictions `[n, C]`, e.g. of `kernelRidge`
 * @param labels classes `[n]`, or rows `[n, C]` whose largest entry is at the class, e.g. of `oneHotCentred`
 * @throws ShapeError when there are not as many labels as predictions, or none.
 * @throws TypeError when an argument is no array.
 * @example
 * ```ts
 * import { accuracy, toNdArray } from 'neural-tangents';
 *
 * const predictions = toNdArray([[0.9, 0.1], [0.2, 0.3], [0.7, 0.6]]);
 * console.log(accuracy(predictions, [0, 1, 1]).toFixed(3)); // 0.667
 * ```
 */
export function accuracy(predictions: AnyArray, labels: ArrayLike<number> | AnyArray): number {
  const predicted = largestOfRows('predictions', predictions);
  const wanted = isClasses(labels) ? labels : classesOf(labels);
  if (wanted.length !== predicted.length || wanted.length === 0) {
    throw new ShapeError(
      `accuracy: labels must be of as many samples as predictions (${predicted.length}), got ${wanted.length}. ` +
        'Pass a class or a row for each.',
    );
  }
  return predicted.filter((label, i) => label === wanted[i]).length / predicted.length;
}

const isClasses = (labels: ArrayLike<number> | AnyArray): labels is ArrayLike<number> =>
  Array.isArray(labels) || ArrayBuffer.isView(labels);

function classesOf(labels: AnyArray): ArrayLike<number> {
  const { shape, data } = readArray('accuracy', 'labels', labels);
  return shape.length === 1 ? data : largestOfRows('labels', labels);
}

/** The place of the largest entry of each row. */
function largestOfRows(name: string, x: AnyArray): Int32Array {
  const matrix = readMatrix('accuracy', name, x);
  const [entries, columns] = [rowMajor(matrix), matrix.columns];
  return Int32Array.from({ length: matrix.rows }, (_, i) => {
    const row = entries.subarray(i * columns, (i + 1) * columns);
    return row.reduce((best, value, j) => (value > row[best] ? j : best), 0);
  });
}
