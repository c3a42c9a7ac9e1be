import { NonFiniteError } from '../base/errors.js';
import { firstNonFinite } from '../base/first-non-finite.js';
import type { NdArray } from '../base/nd-array.js';

/** @throws NonFiniteError naming the array and its first entry that is NaN or infinite. */
export function checkFiniteArray(where: string, name: string, { shape, data }: NdArray): void {
  const at = firstNonFinite(data);
  if (at < 0) return;
  const index: number[] = [];
  let rest = at;
  for (const size of [...shape].reverse()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  throw new NonFiniteError(
    `${where}: ${name} must be finite, got ${data[at]} at [${index.join(', ')}]. Clean the data first.`,
  );
}
