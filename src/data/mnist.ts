import type { Dataset } from './dataset.js';
import { FormatError } from './format-error.js';
import { parseIdx } from './idx.js';
import { type ReadFile, readFirst } from './read-file.js';

const NUM_CLASSES = 10;

/**
 * Joins an IDX file of images and one of labels to a data set, as MNIST, Fashion-MNIST and KMNIST have them.
 *
 * @param imageFile IDX of bytes, `[n, h, w]`, plain or gzipped
 * @param labelFile IDX of bytes, `[n]`, plain or gzipped
 * @returns raw pixels `[n, h, w, 1]`, labels `[n]`, 10 classes
 * @throws FormatError when a file is damaged, the two do not match, or a label is not a digit
 */
export function parseMnist(imageFile: Uint8Array, labelFile: Uint8Array): Dataset<Uint8Array> {
  const images = parseIdx(imageFile);
  if (images.shape.length !== 3 || !(images.data instanceof Uint8Array)) {
    throw new FormatError(
      `parseMnist: images need bytes of shape [n, h, w], got ${images.data.constructor.name} of [${images.shape.join(', ')}]. Pass the idx3-ubyte file first.`,
    );
  }
  const { shape, data } = parseIdx(labelFile);
  const [n] = images.shape;
  if (shape.length !== 1 || shape[0] !== n || !(data instanceof Uint8Array)) {
    throw new FormatError(
      `parseMnist: labels need bytes of shape [${n}] for ${n} images, got ${data.constructor.name} of [${shape.join(', ')}]. Pass the idx1-ubyte file of the same split.`,
    );
  }
  const bad = data.findIndex((label) => label >= NUM_CLASSES);
  if (bad >= 0) {
    throw new FormatError(
      `parseMnist: labels need to be from 0 to 9, got ${data[bad]} at ${bad}. Fetch the file again.`,
    );
  }
  return {
    images: { shape: [...images.shape, 1], data: images.data },
    labels: Int32Array.from(data),
    numClasses: NUM_CLASSES,
  };
}

/**
 * Loads MNIST (or a relative with its file names) from four IDX files, `.gz` or plain.
 *
 * @param read gives a file by its name, e.g. `train-images-idx3-ubyte.gz`
 * @returns the published split as raw pixels, `[60000, 28, 28, 1]` and `[10000, 28, 28, 1]` for MNIST
 * @throws FormatError when a file is missing or damaged
 */
export async function loadMnist(
  read: ReadFile,
): Promise<{ train: Dataset<Uint8Array>; test: Dataset<Uint8Array> }> {
  const load = async (split: string) => {
    const [images, labels] = await Promise.all(
      ['images-idx3-ubyte', 'labels-idx1-ubyte'].map((name) =>
        readFirst('loadMnist', read, [`${split}-${name}.gz`, `${split}-${name}`]),
      ),
    );
    return parseMnist(images, labels);
  };
  return { train: await load('train'), test: await load('t10k') };
}
