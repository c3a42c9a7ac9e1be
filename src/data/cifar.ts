import { concatDatasets, type Dataset } from './dataset.js';
import { FormatError } from './format-error.js';
import { gunzip } from './gunzip.js';
import { type ReadFile, readFirst } from './read-file.js';

const SIDE = 32;
const CHANNELS = 3;
const PIXELS = SIDE * SIDE;

interface RecordFormat {
  /** The public function to name in errors. */
  readonly where: string;
  /** Label bytes before the pixels. */
  readonly labelBytes: number;
  /** Which of them is the label. */
  readonly labelAt: number;
  readonly numClasses: number;
}

/** Which of CIFAR-100's two labels to take: one of 100 classes, or one of the 20 groups that they form. */
export type Cifar100Labels = 'fine' | 'coarse';

/**
 * Reads a batch of CIFAR-10's binary version: records of 3073 bytes, a label and three planes of 32×32.
 *
 * @param bytes a whole file such as `data_batch_1.bin`, plain or gzipped
 * @returns raw pixels `[n, 32, 32, 3]`, labels `[n]`, 10 classes
 * @throws FormatError when the file is empty or no whole number of records, or a label is out of range
 * @source A. Krizhevsky, "The CIFAR-10 and CIFAR-100 datasets" (binary version)
 */
export function parseCifar10(bytes: Uint8Array): Dataset<Uint8Array> {
  return parseRecords(bytes, { where: 'parseCifar10', labelBytes: 1, labelAt: 0, numClasses: 10 });
}

/**
 * Reads a file of CIFAR-100's binary version: records of 3074 bytes, a coarse and a fine label and three planes of 32×32.
 *
 * @param bytes a whole file, `train.bin` or `test.bin`, plain or gzipped
 * @param labels default `'fine'`
 * @returns raw pixels `[n, 32, 32, 3]`, labels `[n]`, 100 or 20 classes
 * @throws FormatError when the file is empty or no whole number of records, or a label is out of range
 * @source A. Krizhevsky, "The CIFAR-10 and CIFAR-100 datasets" (binary version)
 */
export function parseCifar100(bytes: Uint8Array, labels: Cifar100Labels = 'fine'): Dataset<Uint8Array> {
  const [labelAt, numClasses] = labels === 'fine' ? [1, 100] : [0, 20];
  return parseRecords(bytes, { where: 'parseCifar100', labelBytes: 2, labelAt, numClasses });
}

/**
 * Loads CIFAR-10 from `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`.
 *
 * @param read gives a file by its name
 * @returns raw pixels, `[50000, 32, 32, 3]` and `[10000, 32, 32, 3]`
 * @throws FormatError when a file is missing or damaged
 */
export async function loadCifar10(
  read: ReadFile,
): Promise<{ train: Dataset<Uint8Array>; test: Dataset<Uint8Array> }> {
  const load = async (name: string) =>
    parseCifar10(await readFirst('loadCifar10', read, [name, `${name}.gz`]));
  const batches = await Promise.all([1, 2, 3, 4, 5].map((i) => load(`data_batch_${i}.bin`)));
  return { train: concatDatasets(batches), test: await load('test_batch.bin') };
}

/**
 * Loads CIFAR-100 from `train.bin` and `test.bin`.
 *
 * @param read gives a file by its name
 * @param labels default `'fine'`
 * @returns raw pixels, `[50000, 32, 32, 3]` and `[10000, 32, 32, 3]`
 * @throws FormatError when a file is missing or damaged
 */
export async function loadCifar100(
  read: ReadFile,
  labels: Cifar100Labels = 'fine',
): Promise<{ train: Dataset<Uint8Array>; test: Dataset<Uint8Array> }> {
  const load = async (name: string) =>
    parseCifar100(await readFirst('loadCifar100', read, [name, `${name}.gz`]), labels);
  return { train: await load('train.bin'), test: await load('test.bin') };
}

function parseRecords(bytes: Uint8Array, format: RecordFormat): Dataset<Uint8Array> {
  const { where, labelBytes, labelAt, numClasses } = format;
  const file = gunzip(where, bytes);
  const recordSize = labelBytes + CHANNELS * PIXELS;
  const n = file.length / recordSize;
  if (!Number.isInteger(n) || n === 0) {
    throw new FormatError(
      `${where}: a file holds whole records of ${recordSize} bytes, got ${file.length} bytes (${Math.floor(n)} records and ${file.length % recordSize} bytes). Pass the binary version's .bin file; fetch it again if it is one.`,
    );
  }
  const data = new Uint8Array(n * CHANNELS * PIXELS);
  const labels = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const start = i * recordSize;
    const label = file[start + labelAt];
    if (label >= numClasses) {
      throw new FormatError(
        `${where}: labels need to be from 0 to ${numClasses - 1}, got ${label} in record ${i}. Check that the file is of this data set.`,
      );
    }
    labels[i] = label;
    for (let channel = 0; channel < CHANNELS; channel++) {
      const plane = start + labelBytes + channel * PIXELS;
      const image = i * PIXELS * CHANNELS + channel;
      for (let p = 0; p < PIXELS; p++) data[image + p * CHANNELS] = file[plane + p];
    }
  }
  return { images: { shape: [n, SIDE, SIDE, CHANNELS], data }, labels, numClasses };
}
