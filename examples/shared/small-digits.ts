import { balancedSubset, channelStats, type Dataset, random, standardise, subset } from 'neural-tangents';
import { readDigits } from '../digits/data.js';

/** Training and test digits, standardised. */
export interface SmallDigits {
  readonly train: Dataset;
  readonly test: Dataset;
}

/**
 * `count` training and `count` test digits, equally many of each class and sorted by it, as `[count, size, size, 1]`: means
 * over squares of 28 / size pixels.
 */
export async function smallDigits(count: number, size: 14 | 7): Promise<SmallDigits> {
  const digits = await readDigits(undefined);
  const [trainKey, testKey] = random.split(random.key(0));
  const draw = (from: Dataset<Uint8Array>, key: random.Key): Dataset<Float64Array> => {
    const drawn = subset(from, balancedSubset(from.labels, 10, count, key));
    return { ...drawn, images: shrunk(drawn.images.data, count, size) };
  };
  const [train, test] = [draw(digits.train, trainKey), draw(digits.test, testKey)];
  const stats = channelStats(train.images);
  return {
    train: { ...train, images: standardise(train.images, stats) },
    test: { ...test, images: standardise(test.images, stats) },
  };
}

function shrunk(pixels: Uint8Array, count: number, size: number) {
  const square = 28 / size;
  const data = new Float64Array(count * size * size);
  pixels.forEach((value, at) => {
    const [image, row, column] = [Math.floor(at / 784), Math.floor((at % 784) / 28), at % 28];
    data[(image * size + Math.floor(row / square)) * size + Math.floor(column / square)] +=
      value / square ** 2;
  });
  return { shape: [count, size, size, 1], data };
}
