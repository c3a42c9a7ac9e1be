import { balancedSubset } from '../data/index.js';
import type { DatasetInput } from '../distill/index.js';
import { readDataset } from '../distill/read-support.js';
import type { Key } from '../random/index.js';
import { type Coreset, coresetOf } from './coreset.js';

/**
 * Images drawn at random without replacement, as many of each class.
 *
 * @param size images in all, a multiple of the classes.
 * @throws RangeError when `size` is none, or a class has too few images. @throws ShapeError, NonFiniteError for malformed data.
 *
 * @example
 * ```ts
 * import { random, randomCoreset } from 'neural-tangents';
 * const images = random.normal(random.key(0), [20, 2, 2, 1]);
 * const labels = Int32Array.from({ length: 20 }, (_, i) => i % 2);
 * const { indices } = randomCoreset({ images, labels, numClasses: 2 }, 4, random.key(1));
 * console.log(Array.from(indices!, (i) => labels[i])); // [ 0, 0, 1, 1 ]
 * ```
 */
export function randomCoreset(data: DatasetInput, size: number, key: Key): Coreset {
  const read = readDataset('randomCoreset', 'data', data);
  return coresetOf(read, [...balancedSubset(read.labels, read.numClasses, size, key)]);
}
