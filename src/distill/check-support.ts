import { ShapeError } from '../base/errors.js';
import { checkLabels } from '../data/check-labels.js';
import type { Dataset } from '../data/index.js';
import { checkSamples } from '../inputs/check-input.js';
import { checkFinite, checkRows } from '../regression/check-matrix.js';
import type { Support } from './types.js';

/** @throws ShapeError, NonFiniteError when a support's images or labels are malformed. */
export function checkSupport(where: string, { images, labels }: Support): void {
  checkSamples(where, 'support.images', images);
  checkRows(where, 'support.labels', labels, images.shape[0]);
  checkFinite(where, 'support.labels', labels);
}

/** @throws ShapeError, NonFiniteError, RangeError when a data set, called `name`, is malformed. */
export function checkDataset(where: string, name: string, { images, labels, numClasses }: Dataset): void {
  checkSamples(where, `${name}.images`, images);
  if (images.shape[0] !== labels.length) {
    throw new ShapeError(
      `${where}: ${name} needs one label an image, got ${images.shape[0]} images and ${labels.length} labels.`,
    );
  }
  checkLabels(where, labels, numClasses);
}
