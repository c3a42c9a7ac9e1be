import type { NdArray } from '../base/nd-array.js';
import { byDefault, isFiniteNumber, readOptions, rule } from '../base/options.js';
import { type ClassLabels, readClasses } from './read-classes.js';

/** Options of `oneHotCentred`. */
export interface OneHotOptions {
  /** What every entry is multiplied by, default 1. Labels of many classes are sometimes divided by √(C/10). */
  readonly scale?: number;
}

const oneHotOptions = {
  scale: byDefault(1, rule('needs a finite number', isFiniteNumber, 'Pass e.g. 1.')),
};

/**
 * One-hot labels minus 1/C: the row of label k has 1 − 1/C at k and −1/C elsewhere, so that its sum is 0.
 *
 * @param labels `[n]`, entries from 0 to `numClasses` − 1
 * @param numClasses C, a positive integer
 * @returns `[n, C]`
 * @throws TypeError or ShapeError when `labels` are no list of classes
 * @throws RangeError when `numClasses` is not a positive integer, or a label is not a class
 * @source Nguyen, Chen, Lee, "Dataset meta-learning from kernel ridge-regression" (ICLR 2021), released notebook
 * @example
 * ```ts
 * import { oneHotCentred } from 'neural-tangents';
 *
 * console.log([...oneHotCentred([1], 4).data]); // [ -0.25, 0.75, -0.25, -0.25 ]
 * ```
 */
export function oneHotCentred(
  labels: ClassLabels,
  numClasses: number,
  options: OneHotOptions = {},
): NdArray<Float64Array> {
  const { scale } = readOptions('oneHotCentred', options, oneHotOptions);
  const classes = readClasses('oneHotCentred', 'labels', labels, numClasses);
  const data = new Float64Array(classes.length * numClasses).fill(-scale / numClasses);
  for (let i = 0; i < classes.length; i++) data[i * numClasses + classes[i]] = scale * (1 - 1 / numClasses);
  return { shape: [classes.length, numClasses], data };
}
