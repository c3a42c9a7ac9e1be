import { ShapeError } from '../base/errors.js';
import { fromRowMajor } from '../base/matrix.js';
import { readOptions } from '../base/options.js';
import { type Dataset, oneHotCentred } from '../data/index.js';
import type { SolveEvidence } from '../regression/index.js';
import type { NetworkKernel } from '../tracing/trace.js';
import { computeKipLoss } from './kip-loss.js';
import { readDataset, readSupport } from './read-support.js';
import {
  type DatasetInput,
  type Support,
  type SupportInput,
  type SupportOptions,
  supportOptions,
} from './types.js';

/** How well a support set predicts a data set. */
export interface Evaluation {
  /** ½·mean over samples and classes of the squared error against one-hot labels minus 1/C; 0 predictions give (1 − 1/C)/(2C). */
  readonly loss: number;
  /** Share of samples whose largest prediction is at their class. */
  readonly accuracy: number;
  /** Of the regression's solve. */
  readonly evidence: SolveEvidence;
}

/**
 * Loss and accuracy on a data set of kernel ridge regression from a support set.
 *
 * @param kernel the `kernel` of a network that ends in one position
 * @param support images `[n, h, w, c]` and labels `[n, C]`
 * @param test images `[N, h, w, c]`, classes `[N]`
 * @throws ShapeError, NonFiniteError, NotPositiveDefiniteError, RangeError, UnsupportedError as `kipLoss` does.
 * @remarks Blocks of the data set are visited one by one; the kernel between it and the support never exists as a whole.
 */
export async function evaluateSupport(
  kernel: NetworkKernel,
  support: SupportInput,
  test: DatasetInput,
  options: SupportOptions = {},
): Promise<Evaluation> {
  const asked = readOptions('evaluateSupport', options, supportOptions);
  const read = readSupport('evaluateSupport', 'support', support);
  const targets = readDataset('evaluateSupport', 'test', test);
  const { columns } = read.labels;
  if (columns !== targets.numClasses) {
    throw new ShapeError(
      `evaluateSupport: support.labels needs a column for each of ${targets.numClasses} classes, got ${columns}.`,
    );
  }
  const { loss, accuracy, evidence } = await computeKipLoss(
    'evaluateSupport',
    kernel,
    read,
    targetsOf(targets),
    { ...asked, gradient: false },
  );
  return { loss, accuracy, evidence };
}

/** A data set as targets of a regression: its images, its classes one-hot minus 1/C. */
export function targetsOf({ images, labels, numClasses }: Dataset): Support {
  return { images, labels: fromRowMajor(oneHotCentred(labels, numClasses).data, labels.length, numClasses) };
}
