import { choice, type Key, split } from '../random/index.js';
import { checkKey } from '../random/key.js';
import { type ClassLabels, readClasses } from './read-classes.js';

/**
 * Indices of a random subset with equally many examples of every class, drawn without replacement.
 *
 * Class k draws `count / numClasses` of its examples by `choice` under the k-th of `numClasses` keys split from `key`.
 *
 * @param labels `[n]`, entries from 0 to `numClasses` − 1
 * @param count how many examples, a multiple of `numClasses`
 * @returns `[count]`, the classes ascending, each in random order
 * @throws RangeError when a label is not a class, `count` is no multiple of `numClasses`, or a class has too few examples
 * @throws TypeError when `key` is no key
 * @remarks O(n) time.
 * @example
 * ```ts
 * import { balancedSubset, random } from 'neural-tangents';
 *
 * const labels = Int32Array.of(0, 1, 0, 1, 0, 1);
 * const picked = balancedSubset(labels, 2, 4, random.key(0));
 * console.log([...picked].map((i) => labels[i])); // [ 0, 0, 1, 1 ]
 * ```
 */
export function balancedSubset(labels: ClassLabels, numClasses: number, count: number, key: Key): Int32Array {
  checkKey('balancedSubset', key);
  const classes = readClasses('balancedSubset', 'labels', labels, numClasses);
  const perClass = count / numClasses;
  if (!Number.isInteger(perClass) || perClass < 0) {
    throw new RangeError(
      `balancedSubset: count needs a multiple of the ${numClasses} classes, got ${count}. Pass e.g. ${numClasses * Math.max(1, Math.round(perClass) || 1)}.`,
    );
  }
  const members: number[][] = Array.from({ length: numClasses }, () => []);
  for (let i = 0; i < classes.length; i++) members[classes[i]].push(i);
  const result = new Int32Array(count);
  split(key, numClasses).forEach((classKey, label) => {
    if (members[label].length < perClass) {
      throw new RangeError(
        `balancedSubset: ${count} examples of ${numClasses} classes need ${perClass} of each, got ${members[label].length} of class ${label}. Ask for fewer.`,
      );
    }
    result.set(choice(classKey, members[label], [perClass], { replace: false }), label * perClass);
  });
  return result;
}
