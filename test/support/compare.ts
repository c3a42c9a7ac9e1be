/**
 * Largest |actual − expected| over the entries, relative to the largest |expected| (absolute where all are 0).
 * NaN when an entry is NaN, so that no bound admits it.
 */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) {
    throw new RangeError(`relativeError: expected ${expected.length} entries, got ${actual.length}.`);
  }
  let error = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    error = Math.max(error, Math.abs(actual[i] - expected[i]));
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return largest === 0 ? error : error / largest;
}
