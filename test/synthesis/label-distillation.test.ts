import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { DivergedError, labelDistillation, random, randomCoreset, stax } from '../../src/index.js';
import { labelsByRidge } from '../../src/synthesis/labels-by-ridge.js';
import { sines } from '../finite/nets.js';
import { derivative, slopeAlong } from '../support/differences.js';
import { tolerance } from '../support/tolerance.js';
import { blobs } from './blobs.js';

const net = stax.serial(
  stax.Flatten(),
  stax.Dense(16, { bStd: 0.1 }),
  stax.Relu(),
  stax.Dense(3, { bStd: 0.1 }),
);
const features = stax.serial(stax.Flatten(), stax.Dense(16, { bStd: 0.1 }), stax.Relu());
const data = blobs(60, 3);
const { images, labels: truth } = randomCoreset(data, 6, random.key(2));
const classes = Array.from({ length: 6 }, (_, i) => truth.maxRowIndex(i)[1]);
const options = { steps: 8, learningRate: 0.02, batchSize: 30, supportBatch: 4, patience: 2 };

describe('labelDistillation', () => {
  it.each([
    ['descent', net, 0.5],
    ['ridge', features, 0.01],
  ] as const)('finds the classes of images that it was not told: %s', async (by, network, networkRate) => {
    const { labels } = await labelDistillation(network, images, data, {
      ...{ by, networkRate, steps: 100, learningRate: 0.05, batchSize: 60, patience: 20, share: 0.2 },
    });
    expect(classes.map((_, i) => labels.maxRowIndex(i)[1])).toEqual(classes);
    for (const sum of labels.sum('row')) expect(sum).toBeCloseTo(1, 10);
  });

  it.each([
    ['descent', net],
    ['ridge', features],
  ] as const)('goes on to the bit, and leaves no tensor: %s', async (by, network) => {
    const before = tf.memory().numTensors;
    const whole = await labelDistillation(network, images, data, { ...options, by });
    const half = await labelDistillation(network, images, data, { ...options, by, steps: 3 });
    expect(await labelDistillation(network, images, data, { ...options, by, resume: half.state })).toEqual(
      whole,
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('has the gradient in labels of differences, through the ridge', async () => {
    const draw = {
      ...{ where: 'test', network: features, shape: [2, 2, 1], numClasses: null, key: random.key(4) },
    };
    const [x, y, direction] = [sines([4, 2, 2, 1], 1), tf.softmax(sines([4, 3], 2)), sines([4, 3], 3)];
    const real = { x: sines([7, 2, 2, 1], 4), y: tf.softmax(sines([7, 3], 5)) };
    const at = (t: number) =>
      labelsByRidge(
        draw,
        { x, y: y.add(direction.mul(t)), real },
        { networkRate: 0.1, reg: 0.1, share: 0.3 },
      );
    const slope = slopeAlong(at(0).labels.dataSync(), direction.dataSync());
    const measured = await derivative((t) => at(t).loss.dataSync()[0], 0.03);
    expect(Math.abs(measured - slope)).toBeLessThan(tolerance.f32.finiteDifference);
  });

  it('ends with the last good state where numbers leave their range', async () => {
    const run = labelDistillation(net, images, data, { ...options, networkRate: 1e25 });
    const error = await run.catch((reason) => reason);
    expect(error).toBeInstanceOf(DivergedError);
    expect(error.result.labels.to1DArray().every(Number.isFinite)).toBe(true);
  });

  it('refuses images of another shape', async () => {
    await expect(
      labelDistillation(net, sines([6, 3, 2, 1], 1), data, options),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: labelDistillation: images must be shaped as the data's, [2,2,1], got [3,2,1].]`,
    );
  });
});
