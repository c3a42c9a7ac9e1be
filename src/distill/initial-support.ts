import { fromRowMajor } from '../base/matrix.js';
import type { NdArray } from '../base/nd-array.js';
import { balancedSubset, type Dataset, oneHotCentred, subset } from '../data/index.js';
import { type Key, normal, split } from '../random/index.js';
import type { Support } from './types.js';

/**
 * A support set to start from, classes ascending with equally many images of each: images of the data set drawn without
 * replacement, or standard normal noise. Labels are one-hot minus 1/C.
 *
 * @throws RangeError when `size` is no positive multiple of the classes, or a class has too few images.
 */
export function initialSupport(
  where: string,
  train: Dataset,
  size: number,
  init: 'natural' | 'noise',
  key: Key,
): Support {
  const { numClasses } = train;
  const perClass = size / numClasses;
  if (!(Number.isInteger(perClass) && perClass >= 1)) {
    throw new RangeError(
      `${where}: supportSize needs a positive multiple of the ${numClasses} classes, got ${size}. ` +
        `Pass e.g. ${numClasses * Math.max(1, Math.round(perClass) || 1)}.`,
    );
  }
  const [drawKey, noiseKey] = split(key);
  const classes = Int32Array.from({ length: size }, (_, i) => Math.floor(i / perClass));
  return {
    images:
      init === 'natural'
        ? naturalImages(train, size, drawKey)
        : normal(noiseKey, [size, ...train.images.shape.slice(1)], { dtype: 'float64' }),
    labels: fromRowMajor(oneHotCentred(classes, numClasses).data, size, numClasses),
  };
}

function naturalImages(train: Dataset, size: number, key: Key): NdArray<Float64Array> {
  const { images } = subset(train, balancedSubset(train.labels, train.numClasses, size, key));
  return { shape: images.shape, data: Float64Array.from(images.data) };
}
