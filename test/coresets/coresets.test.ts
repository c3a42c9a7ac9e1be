import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import {
  averageCoreset,
  type Coreset,
  type Dataset,
  forgettingCoreset,
  herdingCoreset,
  kMeansCoreset,
  kMedianCoreset,
  nearestNeighbours,
  optimisedCoresets,
  random,
  randomCoreset,
  stax,
} from '../../src/index.js';

/** Two classes of points in a plane: class c in three groups about (10c, 5g), the third one far out. */
function groups(): Dataset<Float64Array> {
  const noise = random.normal(random.key(1), [60, 2], { dtype: 'float64' }).data;
  const labels = Int32Array.from({ length: 60 }, (_, i) => i % 2);
  const data = noise.map((value, at) => {
    const sample = Math.floor(at / 2);
    const group = Math.floor(sample / 2) % 3;
    return 0.1 * value + (at % 2 === 0 ? 10 * (sample % 2) : [0, 5, 20][group]);
  });
  return { images: { shape: [60, 1, 1, 2], data }, labels, numClasses: 2 };
}

const data = groups();
const key = random.key(2);
const classesOf = ({ indices }: Coreset) => Array.from(indices!, (i) => data.labels[i]);
const pointsOf = ({ images }: Coreset) =>
  Array.from({ length: images.shape[0] }, (_, i) => [images.data[2 * i], images.data[2 * i + 1]]);

/** The groups' centres in the order of class and height. */
const centres = [0, 10].flatMap((x) => [0, 5, 20].map((y) => [x, y]));
const sorted = (points: number[][]) =>
  [...points].sort((a, b) => a[0] - b[0] + (Math.abs(a[0] - b[0]) < 5 ? a[1] - b[1] : 0));
const distance = (a: number[], b: number[]) => Math.hypot(a[0] - b[0], a[1] - b[1]);

describe('coresets', () => {
  it('draws as many of each class, the same from the same key', () => {
    const coreset = randomCoreset(data, 6, key);
    expect(classesOf(coreset)).toEqual([0, 0, 0, 1, 1, 1]);
    expect(new Set(coreset.indices)).toHaveLength(6);
    expect(randomCoreset(data, 6, key)).toEqual(coreset);
    expect(coreset.labels.to2DArray()[5]).toEqual([-0.5, 0.5]);
    expect(coreset.images.data[0]).toBe(data.images.data[2 * coreset.indices![0]]);
  });

  it.each([
    ['means', kMeansCoreset],
    ['medians', kMedianCoreset],
  ])('finds the groups of each class by %s', async (_, coresetOf) => {
    for (let seed = 0; seed < 5; seed++) {
      const coreset = await coresetOf(data, 6, { key: random.key(seed) });
      expect(coreset.indices).toBeNull();
      sorted(pointsOf(coreset)).forEach((point, i) => {
        expect(distance(point, centres[i])).toBeLessThan(0.15);
      });
    }
    const nearest = await coresetOf(data, 6, { key, images: 'nearest' });
    expect(classesOf(nearest)).toEqual([0, 0, 0, 1, 1, 1]);
    sorted(pointsOf(nearest)).forEach((point, i) => {
      expect(distance(point, centres[i])).toBeLessThan(0.3);
    });
  });

  it('takes every image where there are as many clusters, and copes with equal ones', async () => {
    const all = await kMeansCoreset(data, 60, { key, images: 'nearest' });
    expect([...all.indices!].sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i));
    const equal = { ...data, images: { shape: [60, 1, 1, 2], data: new Float64Array(120).fill(1) } };
    const { images } = await kMeansCoreset(equal, 6, { key });
    expect(Array.from(images.data)).toEqual(new Array(12).fill(1));
  });

  it('averages each class', async () => {
    const average = await averageCoreset(data);
    for (const label of [0, 1]) {
      const rows = [...data.labels.keys()].filter((i) => data.labels[i] === label);
      const mean = rows.reduce((sum, i) => sum + data.images.data[2 * i + 1], 0) / rows.length;
      expect(pointsOf(average)[label][1]).toBeCloseTo(mean, 12);
    }
    expect(pointsOf(await kMeansCoreset(data, 2, { key }))[1][0]).toBeCloseTo(pointsOf(average)[1][0], 12);
  });

  it('herds towards the mean of each class', async () => {
    const average = pointsOf(await averageCoreset(data));
    const offMean = (coreset: Coreset) => {
      const points = pointsOf(coreset).slice(0, 5);
      const mean = [0, 1].map((d) => points.reduce((sum, point) => sum + point[d], 0) / 5);
      return distance(mean, average[0]);
    };
    const herded = await herdingCoreset(data, 10);
    expect(offMean(herded)).toBeLessThan(0.5);
    for (let seed = 0; seed < 10; seed++) {
      expect(offMean(herded)).toBeLessThan(offMean(randomCoreset(data, 10, random.key(seed))));
    }
    // Smaller sets are the beginnings of larger ones.
    expect(Array.from((await herdingCoreset(data, 4)).indices!.slice(0, 2))).toEqual(
      Array.from(herded.indices!.slice(0, 2)),
    );
  });

  it('takes distances in the features of a network', async () => {
    const before = tf.memory().numTensors;
    // Of features that drop the second number, groups are one.
    const first = (images: tf.Tensor) => tf.slice(tf.reshape(images, [images.shape[0], 2]), [0, 0], [-1, 1]);
    const coreset = await herdingCoreset(data, 2, { features: first });
    const nearest = await kMeansCoreset(data, 2, { key, features: first });
    expect(classesOf(coreset)).toEqual([0, 1]);
    expect(nearest.indices).toEqual(coreset.indices);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('keeps the best of random subsets', async () => {
    const height = ({ images }: Coreset) => Array.from(images.data).reduce((sum, value) => sum + value, 0);
    const best = await optimisedCoresets(data, 4, height, { key, draws: 20, keep: 0.25 });
    expect(best).toHaveLength(5);
    const all = Array.from({ length: 20 }, (_, i) => height(randomCoreset(data, 4, random.foldIn(key, i))));
    expect(best.map(({ score }) => score)).toEqual(all.sort((a, b) => b - a).slice(0, 5));
  });

  it('finds images with wrong labels by forgetting', async () => {
    const labels = data.labels.slice();
    const wrong = [10, 25];
    for (const i of wrong) labels[i] = 1 - labels[i];
    const mislabelled = { ...data, labels };
    const net = stax.serial(
      stax.Flatten(),
      stax.Dense(32, { bStd: 1 }),
      stax.Relu(),
      stax.Dense(2, { bStd: 1 }),
    );
    const [, params] = net.init(random.key(0), [-1, 1, 1, 2]);
    const before = tf.memory().numTensors;
    const optimizer = { kind: 'sgd', momentum: 0.9 } as const;
    const options = { steps: 100, learningRate: 0.1, every: 5, optimizer };
    const { coreset, forgotten } = await forgettingCoreset(net.apply, params, mislabelled, 2, options);
    expect(Array.from(coreset.indices!).sort((a, b) => a - b)).toEqual(wrong);
    expect(Math.min(...wrong.map((i) => forgotten[i]))).toBeGreaterThan(0);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<[string, () => Promise<unknown> | unknown]>([
    ['a size that is no multiple of the classes', () => herdingCoreset(data, 3)],
    ['more images than a class has', () => kMeansCoreset(data, 80, { key })],
    ['centres of features', () => kMeansCoreset(data, 2, { key, features: (x) => x, images: 'centres' })],
    ['unknown images', () => kMedianCoreset(data, 2, { key, images: 'medoids' as 'nearest' })],
    ['features of another number', () => herdingCoreset(data, 2, { features: (x) => tf.sum(x) })],
    ['features that are not finite', () => herdingCoreset(data, 2, { features: (x) => tf.div(x, 0) })],
    ['no draws', () => optimisedCoresets(data, 2, () => 0, { key, draws: 0 })],
    ['a score of NaN', () => optimisedCoresets(data, 2, () => Number.NaN, { key })],
    ['an unknown option', () => herdingCoreset(data, 2, { feature: 1 } as object)],
  ])('refuses %s', async (_, call) => {
    await expect(Promise.resolve().then(call)).rejects.toThrowErrorMatchingSnapshot();
  });
});

describe('nearestNeighbours', () => {
  const support = randomCoreset(data, 6, key);

  it('takes the class of the nearest sample', () => {
    const found = nearestNeighbours(support, data.images);
    found.forEach((label, i) => {
      const distances = pointsOf(support).map((point) =>
        distance(point, [data.images.data[2 * i], data.images.data[2 * i + 1]]),
      );
      expect(label).toBe(Math.floor(distances.indexOf(Math.min(...distances)) / 3));
    });
  });

  it('takes the class of most of several, of as many the nearest', () => {
    const line = {
      images: { shape: [5, 1], data: Float64Array.of(0, 1, 2, 3, 4) },
      labels: oneHot([0, 1, 1, 0, 0]),
    };
    const query = { shape: [1, 1], data: Float64Array.of(0.1) };
    expect([1, 2, 3, 4, 5].map((k) => nearestNeighbours(line, query, { k })[0])).toEqual([0, 0, 1, 0, 0]);
  });

  it('refuses what does not fit', () => {
    const query = { shape: [1, 3], data: new Float64Array(3) };
    expect(() => nearestNeighbours(support, query)).toThrowErrorMatchingSnapshot();
    expect(() => nearestNeighbours(support, data.images, { k: 7 })).toThrowErrorMatchingSnapshot();
    expect(() =>
      nearestNeighbours({ ...support, labels: oneHot([0]) }, query),
    ).toThrowErrorMatchingSnapshot();
  });
});

function oneHot(labels: number[]) {
  return {
    shape: [labels.length, 2],
    data: Float64Array.from(labels.flatMap((label) => [1 - label, label])),
  };
}
