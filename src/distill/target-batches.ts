import { balancedSubset, type Dataset, subset } from '../data/index.js';
import { foldIn, type Key } from '../random/index.js';

/** Batches of targets: the same for the same key and step, whatever was drawn before. */
export interface TargetBatches {
  /** Targets a batch, after capping. */
  readonly size: number;
  /** The batch of a step, 1 being the first. */
  at(step: number): Dataset;
}

/**
 * Class-balanced batches of at most `size` targets, each drawn without replacement; the whole data set, in its own order and
 * with its own balance, if it has no more than `size`.
 *
 * The smallest class caps a batch: a batch is never less balanced than asked for.
 *
 * @throws RangeError when `size` is not a whole number, has no room for each class, or a class is empty.
 */
export function targetBatches(where: string, train: Dataset, size: number, key: Key): TargetBatches {
  const { labels, numClasses } = train;
  if (!(Number.isInteger(size) && size >= numClasses)) {
    throw new RangeError(
      `${where}: targetBatch needs a whole number of at least the ${numClasses} classes, got ${size}. Pass e.g. 5000.`,
    );
  }
  if (labels.length <= size) return { size: labels.length, at: () => train };
  const counts = new Array<number>(numClasses).fill(0);
  for (const label of labels) counts[label]++;
  const perClass = Math.min(Math.floor(size / numClasses), ...counts);
  if (perClass === 0) {
    throw new RangeError(
      `${where}: train needs examples of every class to draw balanced batches, got none of class ${counts.indexOf(0)}. ` +
        'Renumber the classes, or pass a targetBatch of at least the size of the data.',
    );
  }
  const count = perClass * numClasses;
  return {
    size: count,
    at: (step) => subset(train, balancedSubset(labels, numClasses, count, foldIn(key, step))),
  };
}
