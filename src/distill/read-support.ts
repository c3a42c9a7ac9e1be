import { type AnyArray, readArray, readMatrix } from '../base/any-array.js';
import type { NdArray } from '../base/nd-array.js';
import { received } from '../base/received.js';
import type { Dataset } from '../data/index.js';
import { readClasses } from '../data/read-classes.js';
import { checkSamples } from '../inputs/check-input.js';
import { checkFinite, checkRows } from '../regression/check-matrix.js';
import type { DatasetInput, Support, SupportInput } from './types.js';
import { warnPixels } from './warn-pixels.js';

/**
 * Reads a support set, called `name` in messages.
 *
 * @throws TypeError when it is none.
 * @throws ShapeError, NonFiniteError when its images or labels are malformed.
 */
export function readSupport(where: string, name: string, given: SupportInput): Support {
  checkRecord(where, name, given, 'a support set { images, labels }', 'Pass e.g. the result of kip.');
  const images = readImages(where, `${name}.images`, given.images);
  if (Array.isArray(given.labels) || ArrayBuffer.isView(given.labels)) {
    const remedy = 'Of classes pass oneHotCentred(labels, numClasses).';
    throw new TypeError(`${where}: ${name}.labels must be rows [n, C], ${received(given.labels, remedy)}`);
  }
  const labels = readMatrix(where, `${name}.labels`, given.labels);
  checkRows(where, `${name}.labels`, labels, images.shape[0]);
  checkFinite(where, `${name}.labels`, labels);
  return { images, labels };
}

/**
 * Reads a data set, called `name` in messages.
 *
 * @throws TypeError when it is none.
 * @throws ShapeError, NonFiniteError, RangeError when it is malformed.
 */
export function readDataset(where: string, name: string, given: DatasetInput): Dataset {
  const remedy = 'Pass e.g. { images, labels: [0, 1, …], numClasses: 10 }.';
  checkRecord(where, name, given, 'a data set { images, labels, numClasses }', remedy);
  const { numClasses } = given;
  const images = readImages(where, `${name}.images`, given.images);
  warnPixels(where, `${name}.images`, images);
  const labels = readClasses(where, `${name}.labels`, given.labels, numClasses, images.shape[0]);
  return { images, labels, numClasses };
}

/** Reads images `[n, …]`, called `name` in messages. */
export function readImages(where: string, name: string, given: AnyArray): NdArray {
  const images = readArray(where, name, given);
  checkSamples(where, name, images);
  return images;
}

function checkRecord(where: string, name: string, given: unknown, needed: string, remedy: string): void {
  if (typeof given === 'object' && given !== null && 'images' in given && 'labels' in given) return;
  throw new TypeError(`${where}: ${name} must be ${needed}, ${received(given, remedy)}`);
}
