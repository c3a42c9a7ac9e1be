import type { NdArray } from '../base/nd-array.js';
import { checkLabels } from './check-labels.js';

/**
 * One-hot labels minus 1/C: the row of label k has 1 − 1/C at k and −1/C elsewhere, so that its sum is 0.
 *
 * @param labels `[n]`, entries from 0 to `numClasses` − 1
 * @param numClasses C, a positive integer
 * @returns `[n, C]`
 * @throws RangeError when `numClasses` is not a positive integer, or a label is not a class
 * @source Nguyen, Chen, Lee, "Dataset meta-learning from kernel ridge-regression" (ICLR 2021), released notebook
 * @example
 * ```ts
 * import { oneHotCentred } from 'neural-tangents';
 *
 * console.log([...oneHotCentred([1], 4).data]); // [ -0.25, 0.75, -0.25, -0.25 ]
 * ```
 */
export function oneHotCentred(labels: ArrayLike<number>, numClasses: number): NdArray<Float64Array> {
  checkLabels('oneHotCentred', labels, numClasses);
  const data = new Float64Array(labels.length * numClasses).fill(-1 / numClasses);
  for (let i = 0; i < labels.length; i++) data[i * numClasses + labels[i]] = 1 - 1 / numClasses;
  return { shape: [labels.length, numClasses], data };
}
