/**
 * Refuses labels that are not classes.
 *
 * @param where the public function to name in the error
 * @throws RangeError when `numClasses` is not a positive integer, or a label is not an integer from 0 to `numClasses` − 1
 */
export function checkLabels(where: string, labels: ArrayLike<number>, numClasses: number): void {
  if (!Number.isInteger(numClasses) || numClasses < 1) {
    throw new RangeError(`${where}: numClasses needs a positive integer, got ${numClasses}. Pass e.g. 10.`);
  }
  for (let i = 0; i < labels.length; i++) {
    if (!Number.isInteger(labels[i]) || labels[i] < 0 || labels[i] >= numClasses) {
      throw new RangeError(
        `${where}: labels need to be integers from 0 to ${numClasses - 1}, got ${labels[i]} at ${i}. Pass the data set's own numClasses.`,
      );
    }
  }
}
