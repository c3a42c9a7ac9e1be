import { checkOptions } from '../base/check-options.js';
import type { NdArray } from '../base/nd-array.js';
import { type ClassLabels, readClasses } from './read-classes.js';

/** Options of `oneHotCentred`. */
export interface OneHotOptions {
  /** What every entry is multiplied by, default 1. Labels of many classes are sometimes divided by √(C/10). */
  readonly scale?: number;
}

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
  checkOptions('oneHotCentred', options, ['scale']);
  const { scale = 1 } = options;
  if (!Number.isFinite(scale))
    throw new RangeError(`oneHotCentred: scale needs a finite number, got ${scale}. Pass e.g. 1.`);
  const classes = readClasses('oneHotCentred', 'labels', labels, numClasses);
  const data = new Float64Array(classes.length * numClasses).fill(-scale / numClasses);
  for (let i = 0; i < classes.length; i++) data[i * numClasses + classes[i]] = scale * (1 - 1 / numClasses);
  return { shape: [classes.length, numClasses], data };
}
