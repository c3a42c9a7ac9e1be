import type { NdArray } from '../base/nd-array.js';
import { warnOnce } from '../base/warnings.js';

/**
 * Warns once where a data set seems to hold raw pixels, whole numbers from 0 to 255: kernels and learning rates are meant for
 * numbers of the order of 1.
 */
export function warnPixels(where: string, name: string, { data }: NdArray): void {
  let largest = 0;
  for (const value of data) {
    if (!(value >= 0 && value <= 255 && Number.isInteger(value))) return;
    if (value > largest) largest = value;
  }
  if (largest < 128) return;
  warnOnce(
    'pixels',
    `${where}: ${name} seem to be raw pixels, whole numbers from 0 to ${largest}. ` +
      'Standardise them: standardise(images, channelStats(images)).',
  );
}
