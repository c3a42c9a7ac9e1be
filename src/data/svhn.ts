import { checkBytes } from './check-bytes.js';
import type { Dataset } from './dataset.js';
import { FormatError } from './format-error.js';
import { readMat } from './mat.js';
import { type ReadFile, readFirst } from './read-file.js';

const SIDE = 32;
const CHANNELS = 3;
const CLASSES = 10;

/**
 * Reads a file of SVHN's cropped digits (format 2): a MATLAB file with images `X` `[32, 32, 3, n]` and labels `y` `[n, 1]`, in which
 * the digit 0 has label 10.
 *
 * @param bytes a whole file such as `train_32x32.mat`
 * @returns raw pixels `[n, 32, 32, 3]`, labels `[n]` that are the digits, 10 classes
 * @throws FormatError when it is no MATLAB 5 file or damaged, or holds other arrays
 * @source Netzer et al., "Reading digits in natural images with unsupervised feature learning" (2011)
 */
export function parseSvhn(bytes: Uint8Array): Dataset<Uint8Array> {
  checkBytes('parseSvhn', 'bytes', bytes);
  const { X: images, y: digits } = readMat('parseSvhn', bytes);
  const n = images?.shape[3] ?? 1;
  const fits = images && String(images.shape.slice(0, 3)) === String([SIDE, SIDE, CHANNELS]);
  if (!fits || !(images.data instanceof Uint8Array) || digits?.data.length !== n) {
    const found = [images && `X [${images.shape}]`, digits && `y [${digits.shape}]`]
      .filter(Boolean)
      .join(' and ');
    throw new FormatError(
      `parseSvhn: needs bytes X [32, 32, 3, n] and y [n, 1], got ${found || 'neither'}. Pass train_32x32.mat or test_32x32.mat.`,
    );
  }
  const labels = Int32Array.from(digits.data, (label) => label % CLASSES);
  const bad = digits.data.findIndex((label) => !(Number.isInteger(label) && label >= 1 && label <= CLASSES));
  if (bad >= 0) {
    throw new FormatError(
      `parseSvhn: labels need to be from 1 to ${CLASSES}, got ${digits.data[bad]} at ${bad}. Check that the file is of this data set.`,
    );
  }
  const size = SIDE * SIDE * CHANNELS;
  const data = new Uint8Array(n * size);
  for (let i = 0; i < n; i++) {
    for (let channel = 0; channel < CHANNELS; channel++) {
      for (let column = 0; column < SIDE; column++) {
        const from = ((i * CHANNELS + channel) * SIDE + column) * SIDE;
        for (let row = 0; row < SIDE; row++) {
          data[i * size + (row * SIDE + column) * CHANNELS + channel] = images.data[from + row];
        }
      }
    }
  }
  return { images: { shape: [n, SIDE, SIDE, CHANNELS], data }, labels, numClasses: CLASSES };
}

/**
 * Loads SVHN's cropped digits from `train_32x32.mat` and `test_32x32.mat`.
 *
 * @param read gives a file by its name
 * @returns raw pixels, `[73257, 32, 32, 3]` and `[26032, 32, 32, 3]`
 * @throws FormatError when a file is missing or damaged
 */
export async function loadSvhn(
  read: ReadFile,
): Promise<{ train: Dataset<Uint8Array>; test: Dataset<Uint8Array> }> {
  const load = async (split: string) => parseSvhn(await readFirst('loadSvhn', read, [`${split}_32x32.mat`]));
  return { train: await load('train'), test: await load('test') };
}
