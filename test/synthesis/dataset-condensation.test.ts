import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { valueAndGradients, vjp } from '../../src/finite/gradients.js';
import { lossOf } from '../../src/finite/training/loss.js';
import {
  DivergedError,
  datasetCondensation,
  evaluateByNetworks,
  random,
  siameseAugmentation,
  stax,
} from '../../src/index.js';
import { gradientDistance } from '../../src/synthesis/gradient-distance.js';
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
const augment = siameseAugmentation({
  crop: 0.5,
  scale: 1.2,
  rotate: 15,
  cutout: 0.5,
  color: 0.5,
  flip: 0.5,
});
const options = { size: 6, steps: 6, networkLife: 3, learningRate: 0.5, batchSize: 8 };

describe('gradientDistance', () => {
  it('is 0 between gradients of one direction, 2 an output between opposite ones, whatever their lengths and biases', () => {
    const [w, b] = [sines([4, 3], 1), sines([1, 3], 2)];
    const distance = (scale: number) =>
      gradientDistance([w, b], [w.mul(scale), sines([1, 3], 9)]).dataSync()[0];
    expect(distance(1)).toBeCloseTo(0, 5);
    expect(distance(7)).toBeCloseTo(0, 5);
    expect(distance(-0.1)).toBeCloseTo(6, 5);
    expect(gradientDistance([tf.zeros([4, 3])], [w]).dataSync()[0]).toBeCloseTo(3, 5);
  });

  it('has the gradient in images of differences, through a ConvNet and an augmentation', async () => {
    const conv = stax.serial(
      ...[
        stax.Conv(3, [3, 3], { padding: 'SAME', bStd: 0.3 }),
        stax.Erf(),
        stax.AvgPool([2, 2], { strides: [2, 2] }),
      ],
      ...[stax.Flatten(), stax.Dense(2, { bStd: 0.3 })],
    );
    const leaves = [sines([3, 3, 1, 3], 1), sines([1, 1, 1, 3], 2), sines([12, 2], 3), sines([1, 2], 4)];
    const run = (own: readonly tf.Tensor[], x: tf.Tensor) =>
      conv.apply([{ w: own[0], b: own[1] }, [], [], [], { w: own[2], b: own[3] }], x);
    const [x, y, direction] = [sines([2, 4, 4, 1], 5), tf.softmax(sines([2, 2], 6)), sines([2, 4, 4, 1], 7)];
    const wanted = [sines([3, 3, 1, 3], 8), sines([1, 1, 1, 3], 9), sines([12, 2], 10), sines([1, 2], 11)];
    const rotate = siameseAugmentation({ rotate: 30 });
    const distance = (images: tf.Tensor) => () => {
      const loss = () => lossOf('xent', run(leaves, rotate(images, random.key(1))), y);
      return gradientDistance(wanted, vjp(loss, leaves, tf.scalar(1)));
    };
    const { gradients } = valueAndGradients(distance(x), [x]);
    const slope = slopeAlong(gradients[0].dataSync(), direction.dataSync());
    const measured = await derivative((t) => distance(x.add(direction.mul(t)))().dataSync()[0], 0.03);
    expect(Math.abs(measured - slope)).toBeLessThan(
      tolerance.f32.finiteDifference * Math.max(1, Math.abs(slope)),
    );
  });
});

describe('datasetCondensation', () => {
  it('learns images that teach networks more than noise does', async () => {
    const data = blobs(60, 3);
    const learned = await datasetCondensation(net, data, { ...options, size: 3, steps: 60, learningRate: 1 });
    const noise = await datasetCondensation(net, data, { ...options, size: 3, steps: 0 });
    const how = { networks: 3, steps: 30, learningRate: 0.5, loss: 'xent' } as const;
    const [after, before] = [
      await evaluateByNetworks(net, learned, data, how),
      await evaluateByNetworks(net, noise, data, how),
    ];
    expect(after.accuracy.mean).toBeGreaterThan(0.95);
    expect(before.accuracy.mean).toBeLessThan(0.9);
  });

  it.each([undefined, augment])('goes on to the bit within a network, and leaves no tensor', async (own) => {
    const data = blobs(30, 3);
    const before = tf.memory().numTensors;
    const whole = await datasetCondensation(net, data, { ...options, augment: own });
    const half = await datasetCondensation(net, data, { ...options, augment: own, steps: 2 });
    const rest = await datasetCondensation(net, data, { ...options, augment: own, resume: half.state });
    expect(rest).toEqual(whole);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('ends with the last good state where numbers leave their range', async () => {
    const before = tf.memory().numTensors;
    const run = datasetCondensation(net, blobs(30, 3), { ...options, steps: 9, learningRate: 1e38 });
    const error = await run.catch((reason) => reason);
    expect(error).toBeInstanceOf(DivergedError);
    expect(error.result.images.data.every(Number.isFinite)).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses sizes that leave a class behind', async () => {
    await expect(
      datasetCondensation(net, blobs(30, 3), { ...options, size: 4 }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RangeError: datasetCondensation: size must be a multiple of the 3 classes, got 4.]`,
    );
  });
});

describe('siameseAugmentation', () => {
  const x = sines([2, 5, 4, 2], 1);
  it.each(['color', 'crop', 'cutout', 'flip', 'scale', 'rotate'] as const)(
    'changes all images alike: %s',
    (name) => {
      const strength = { color: 1, crop: 0.3, cutout: 0.5, flip: 1, scale: 1.4, rotate: 20 };
      const change = siameseAugmentation({ [name]: strength[name] });
      const both = change(x, random.key(3));
      expect(both.shape).toEqual(x.shape);
      const one = change(x.slice([1, 0, 0, 0], [1, 5, 4, 2]), random.key(3));
      expect(both.slice([1, 0, 0, 0], [1, 5, 4, 2]).sub(one).abs().max().dataSync()[0]).toBeLessThan(
        tolerance.f32.rounding,
      );
      expect(both.sub(x).abs().max().dataSync()[0]).toBeGreaterThan(0.1);
    },
  );

  it('leaves an image as it is at no strength', () => {
    for (const name of ['crop', 'cutout', 'flip', 'rotate'] as const) {
      const same = siameseAugmentation({ [name]: 0 })(x, random.key(1));
      expect(same.sub(x).abs().max().dataSync()[0]).toBeLessThan(tolerance.f32.rounding);
    }
  });

  it('refuses what makes no sense', () => {
    expect(() => siameseAugmentation({})).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: siameseAugmentation: needs a change to draw from, got none. Pass e.g. { crop: 0.125, scale: 1.2 }.]`,
    );
    expect(() => siameseAugmentation({ scale: 0.5 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: siameseAugmentation: scale must be a number from 1, got 0.5.]`,
    );
    expect(() => augment(sines([2, 3], 1), random.key(0))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: siameseAugmentation: images must be [n, h, w, c], got [2,3].]`,
    );
  });
});
