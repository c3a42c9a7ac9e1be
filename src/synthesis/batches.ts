import type * as tf from '#tf';
import type { Dataset } from '../data/index.js';
import { BatchOrder, disposeData, gatherSamples, readData } from '../finite/training/batches.js';
import type { Loss } from '../finite/training/loss.js';
import type { Key } from '../random/index.js';
import { labelsFor } from './start.js';

/** Batches of the data: images, and labels as the loss wants them. */
export interface RealBatches {
  /** The batch of step 1, 2, …, for the caller to dispose of. */
  at(step: number): { readonly x: tf.Tensor; readonly y: tf.Tensor };
  dispose(): void;
}

/** Batches of the data on the backend, all of it in a new order in every epoch. */
export function realBatches(
  where: string,
  { images, labels, numClasses }: Dataset,
  loss: Loss,
  size: number,
  key: Key,
): RealBatches {
  const shape = [labels.length, numClasses];
  const data = readData(where, 'data', {
    x: images,
    y: { shape, data: labelsFor(loss, labels, numClasses) },
  });
  const order = new BatchOrder(key, data.count, Math.min(size, data.count));
  return {
    at: (step) => gatherSamples(data, order.at(step)) as { x: tf.Tensor; y: tf.Tensor },
    dispose: () => disposeData(data),
  };
}
