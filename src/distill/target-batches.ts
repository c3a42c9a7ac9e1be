import { balancedSubset, type Dataset, subset } from '../data/index.js';
import { foldIn, type Key } from '../random/index.js';

/** Batches of targets: the same for the same key and step, whatever was drawn before. */
export interface TargetBatches {
  /** Targets of a batch for which `size` were asked, after capping. */
  sizeOf(size: number): number;
  /** The batch of a step, 1 being the first. */
  at(step: number, size: number): Dataset;
}

/**
 * Class-balanced batches, each drawn without replacement; the whole data set, in its own order and with its own balance, if it
 * has no more than is asked for.
 *
 * The smallest class caps a batch: a batch is never less balanced than asked for.
 *
 * @throws RangeError (when a batch is asked for) when its size is not a whole number, has no room for each class, or a class is empty.
 */
export function targetBatches(where: string, train: Dataset, key: Key): TargetBatches {
  const { labels, numClasses } = train;
  const counts = new Array<number>(numClasses).fill(0);
  for (const label of labels) counts[label]++;
  const sizeOf = (size: number): number => {
    if (!(Number.isInteger(size) && size >= numClasses)) {
      throw new RangeError(
        `${where}: targetBatch needs a whole number of at least the ${numClasses} classes, got ${size}. Pass e.g. 5000.`,
      );
    }
    if (labels.length <= size) return labels.length;
    const perClass = Math.min(Math.floor(size / numClasses), ...counts);
    if (perClass > 0) return perClass * numClasses;
    throw new RangeError(
      `${where}: train needs examples of every class to draw balanced batches, got none of class ${counts.indexOf(0)}. ` +
        'Renumber the classes, or pass a targetBatch of at least the size of the data.',
    );
  };
  return {
    sizeOf,
    at(step, size) {
      const count = sizeOf(size);
      if (count === labels.length) return train;
      return subset(train, balancedSubset(labels, numClasses, count, foldIn(key, step)));
    },
  };
}
