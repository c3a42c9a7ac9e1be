import * as tf from '@tensorflow/tfjs';
import { Matrix, solve } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import {
  type DatasetDistillationOptions,
  DivergedError,
  datasetDistillation,
  descendOn,
  oneHotCentred,
  random,
  stax,
} from '../../src/index.js';
import { unrolled } from '../../src/synthesis/unroll.js';
import { sines } from '../finite/nets.js';
import { derivative, slopeAlong } from '../support/differences.js';
import { tolerance } from '../support/tolerance.js';
import { blobs } from './blobs.js';

const net = stax.serial(stax.Flatten(), stax.Dense(8, { bStd: 0.1 }), stax.Relu(), stax.Dense(3));
const options: DatasetDistillationOptions = {
  size: 6,
  descentSteps: 2,
  epochs: 2,
  labels: 'learned',
  steps: 4,
  learningRate: 0.05,
  batchSize: 12,
};

describe('unrolled', () => {
  it('has the gradients of differences, through several steps', async () => {
    const layer = stax.serial(stax.Dense(5, { bStd: 0.3 }), stax.Erf(), stax.Dense(2, { bStd: 0.3 }));
    const run = (leaves: readonly tf.Tensor[], x: tf.Tensor) =>
      layer.apply([{ w: leaves[0], b: leaves[1] }, [], { w: leaves[2], b: leaves[3] }], x);
    const start = [sines([3, 5], 1), sines([1, 5], 2), sines([5, 2], 3), sines([1, 2], 4)];
    const [x, y] = [sines([4, 3], 5), tf.softmax(sines([4, 2], 6))];
    const end = (leaves: readonly tf.Tensor[]) => tf.losses.softmaxCrossEntropy(y, run(leaves, x));
    const given = [0, 1, 2].map((t) => ({
      x: sines([2, 3], 7 + t),
      y: tf.softmax(sines([2, 2], 10 + t)),
      rate: tf.scalar(0.4 + 0.1 * t),
    }));
    const { gradients } = unrolled(run, start, given, 'xent', end);
    for (const name of ['x', 'y', 'rate'] as const) {
      const directions = given.map((step, t) => sines(step[name].shape, 20 + t));
      const along = (s: number) => {
        const moved = given.map((step, t) => ({ ...step, [name]: step[name].add(directions[t].mul(s)) }));
        return unrolled(run, start, moved, 'xent', end).value.dataSync()[0];
      };
      const slope = gradients
        .map((step, t) => slopeAlong(step[name].dataSync(), directions[t].dataSync()))
        .reduce((a, b) => a + b);
      expect(Math.abs((await derivative(along, 0.03)) - slope)).toBeLessThan(tolerance.f32.finiteDifference);
    }
  });
});

describe('datasetDistillation', () => {
  it('needs as many points as inputs have numbers to teach a linear network from anywhere', async () => {
    // One step from θ₀ ends at the least squares for every θ₀ only if x̃ᵀx̃ is a multiple of 1.
    const linear = stax.Dense(2, { parameterization: 'standard' });
    const x = random.normal(random.key(1), [200, 3], { dtype: 'float64' });
    const data = {
      images: x,
      labels: Int32Array.from({ length: 200 }, (_, i) => Number(x.data[3 * i] + x.data[3 * i + 1] > 0)),
      numClasses: 2,
    };
    const losses: number[] = [];
    for (const size of [2, 3]) {
      const { state } = await datasetDistillation(linear, data, {
        ...{ size, labels: 'learned', loss: 'mse', steps: 300, stepSize: 1 },
        learningRate: { kind: 'cosine', from: 0.1, to: 1e-3 },
      });
      const last = state.history.slice(-20);
      losses.push(last.reduce((sum, { loss }) => sum + loss, 0) / last.length);
    }
    const [inputs, labels] = [
      Matrix.from1DArray(200, 3, x.data),
      Matrix.from1DArray(200, 2, oneHotCentred(data.labels, 2).data),
    ];
    const left = Matrix.sub(labels, inputs.mmul(solve(inputs, labels, true)));
    const best = Matrix.mul(left, left).mean() / 2;
    expect(losses[1]).toBeLessThan((1 + tolerance.f32.finiteDifference) * best);
    expect(losses[0]).toBeGreaterThan(2 * best);
  });

  it('teaches a network with parameters that are given', async () => {
    const data = blobs(60, 3);
    const [, params] = net.init(random.key(3), [-1, 2, 2, 1]);
    const given = { apply: net.apply, init: () => [null, params] as const };
    const steps = await datasetDistillation(given, data, {
      ...{ size: 3, steps: 60, learningRate: 0.1, stepSize: 0.5 },
    });
    const labels = Array.from(data.labels);
    const right = (own: typeof params) => {
      const classes = Array.from(
        net
          .apply(own, tf.tensor(Float32Array.from(data.images.data), [60, 2, 2, 1]))
          .argMax(-1)
          .dataSync(),
      );
      return classes.filter((found, i) => found === labels[i]).length / 60;
    };
    expect(right(params)).toBeLessThan(0.7);
    expect(right(descendOn(net.apply, params, steps))).toBeGreaterThan(0.95);
  });

  it('goes on to the bit, and leaves no tensor', async () => {
    const data = blobs(30, 3);
    const before = tf.memory().numTensors;
    const whole = await datasetDistillation(net, data, options);
    const half = await datasetDistillation(net, data, { ...options, steps: 2 });
    const rest = await datasetDistillation(net, data, { ...options, resume: half.state });
    expect(rest).toEqual(whole);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('ends with the last good state where numbers leave their range', async () => {
    const before = tf.memory().numTensors;
    const run = datasetDistillation(net, blobs(30, 3), { ...options, steps: 9, learningRate: 1e30 });
    const error = await run.catch((reason) => reason);
    expect(error).toBeInstanceOf(DivergedError);
    expect(error.result.state.history.every(({ loss }: { loss: number }) => Number.isFinite(loss))).toBe(
      true,
    );
    expect(error.result.images.data.every(Number.isFinite)).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('stops when told, and says what it was told', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const run = datasetDistillation(net, blobs(30, 3), {
      ...options,
      signal: controller.signal,
      onProgress({ step, result }) {
        seen.push(result.state.history.length);
        if (step === 2) controller.abort();
      },
    });
    await expect(run).rejects.toThrow('aborted');
    expect(seen).toEqual([1, 2]);
  });

  it('refuses what makes no sense', async () => {
    const messages: string[] = [];
    for (const wrong of [
      { size: 5 },
      { steps: 1.5 },
      { labels: 'soft' },
      { optimizer: { kind: 'adagrad' } },
      { stepSize: 0 },
      { learningRat: 1 },
      { init: { images: sines([2, 2, 2, 1], 1), labels: sines([2, 3], 1) } },
    ]) {
      const run = datasetDistillation(net, blobs(30, 3), { ...options, ...wrong } as never);
      messages.push(await run.then(String, ({ message }) => message));
    }
    const two = stax.serial(stax.Flatten(), stax.Dense(2));
    messages.push(
      await datasetDistillation(two, blobs(30, 3), options).then(String, ({ message }) => message),
    );
    expect(messages).toMatchInlineSnapshot(`
      [
        "datasetDistillation: size must be a multiple of the 2 descentSteps, got 5.",
        "datasetDistillation: steps must be a whole number from 0, got 1.5.",
        "datasetDistillation: labels must be 'fixed' or 'learned', got 'soft'.",
        "datasetDistillation: optimizer.kind must be 'adam' or 'sgd', got 'adagrad'. Pass e.g. { kind: 'adam' }.",
        "datasetDistillation: stepSize must be a positive number, got 0.",
        "datasetDistillation: has no option learningRat. Its options are size, descentSteps, epochs, labels, initialisation, networks, batchSize, init, stepSize, steps, learningRate, optimizer, loss, key, resume, signal, onProgress.",
        "datasetDistillation: init must hold 6 images [2,2,1] and labels of 3 classes, got [2,2,2,1] and [2, 3].",
        "datasetDistillation: the network's outputs must be [n, 3], a number for each class, got [3,2].",
      ]
    `);
  });
});
