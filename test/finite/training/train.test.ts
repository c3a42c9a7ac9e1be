import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, vi } from 'vitest';
import {
  DivergedError,
  empiricalLearningRate,
  empiricalNtk,
  linearize,
  networkFunction,
  random,
  restoreParams,
  stax,
  type TrainState,
  train,
} from '../../../src/index.js';
import type { Params } from '../../../src/stax/index.js';
import { tolerance } from '../../support/tolerance.js';
import { error, sines } from '../nets.js';

const net = stax.serial(stax.Dense(16, { bStd: 0.1 }), stax.Relu(), stax.Dense(3));
const [, start] = net.init(random.key(0), [-1, 4]);
const x = sines([30, 4], 1);
const classes = Array.from({ length: 30 }, (_, i) => i % 3);
const y = tf.oneHot(tf.tensor1d(classes, 'int32'), 3).sub(1 / 3);
const data = { x, y };
const flat = (params: Params): tf.Tensor[] =>
  params instanceof tf.Tensor ? [params] : Object.values(params).flatMap(flat);
const entries = (params: Params) => flat(params).map((tensor) => Array.from(tensor.dataSync()));

describe('train', () => {
  it('follows the linear dynamics of the tangent kernel where the network is its linearization', async () => {
    const single = stax.serial(stax.Dense(8), stax.Erf(), stax.Dense(1));
    const [, params] = single.init(random.key(1), [-1, 4]);
    const [inputs, labels] = [sines([5, 4], 1), sines([5, 1], 2)];
    const [steps, learningRate] = [40, 0.7];
    const linear = linearize(single.apply, params);
    const result = await train(linear, params, { x: inputs, y: labels }, { steps, learningRate });
    // f_t − y = (1 − η·Θ/n)^t (f_0 − y), without eigenvalues: step by step, in float64.
    const { data: ntk } = await empiricalNtk(single.apply, params, inputs, null);
    const target = labels.dataSync();
    let f = Float64Array.from(single.apply(params, inputs).dataSync());
    for (let t = 0; t < steps; t++) {
      f = f.map((value, i) => {
        let product = 0;
        for (let j = 0; j < 5; j++) product += ntk[i * 5 + j] * (f[j] - target[j]);
        return value - (learningRate * product) / 5;
      });
    }
    expect(error(linear(result.params, inputs).dataSync(), f)).toBeLessThan(tolerance.f32.finiteDifference);
  });

  it('learns, with every loss', async () => {
    const teacher = y.mul(6);
    for (const [loss, labels] of [
      ['mse', y],
      ['xent', y.add(1 / 3)],
      [{ temperature: 4 }, teacher],
      [(f: tf.Tensor, own: tf.Tensor) => tf.losses.absoluteDifference(own, f) as tf.Tensor, y],
    ] as const) {
      const { state } = await train(
        net.apply,
        start,
        { x, y: labels },
        {
          steps: 60,
          learningRate: 0.5,
          optimizer: { kind: 'sgd', momentum: 0.9 },
          loss,
        },
      );
      expect(state.history[59].loss).toBeLessThan(state.history[0].loss - 0.01);
    }
  });

  it('has the losses by their formulas', async () => {
    const f = net.apply(start, x).arraySync() as number[][];
    const labels = y.arraySync() as number[][];
    const softmax = (row: number[], t = 1) => {
      const total = row.reduce((sum, v) => sum + Math.exp(v / t), 0);
      return row.map((v) => Math.exp(v / t) / total);
    };
    const mean = (of: (i: number) => number) => f.reduce((sum, _, i) => sum + of(i), 0) / 30;
    const expected = {
      mse: mean((i) => f[i].reduce((sum, v, c) => sum + (v - labels[i][c]) ** 2, 0)) / 6,
      xent: -mean((i) => softmax(f[i]).reduce((sum, p, c) => sum + labels[i][c] * Math.log(p), 0)),
      soft:
        -9 *
        mean((i) => softmax(f[i], 3).reduce((sum, p, c) => sum + softmax(labels[i], 3)[c] * Math.log(p), 0)),
      l2:
        0.005 *
        entries(start)
          .flat()
          .reduce((sum, w) => sum + w * w, 0),
    };
    const firstLoss = async (options: object) =>
      (await train(net.apply, start, data, { steps: 1, learningRate: 1, ...options })).state.history[0].loss;
    expect(await firstLoss({})).toBeCloseTo(expected.mse, 5);
    expect(await firstLoss({ loss: 'xent' })).toBeCloseTo(expected.xent, 5);
    expect(await firstLoss({ loss: { temperature: 3 } })).toBeCloseTo(expected.soft, 4);
    expect(await firstLoss({ l2: 0.01 })).toBeCloseTo(expected.mse + expected.l2, 4);
    const squares = labels.flat().reduce((sum, v) => sum + v * v, 0) / 180;
    expect(await firstLoss({ centred: true })).toBeCloseTo(squares, 5);
    expect(await firstLoss({ centred: true, labelScale: 8 })).toBeCloseTo(squares, 5);
  });

  it.each([
    ['plain descent', () => ({ kind: 'sgd' }) as const],
    ['momentum', () => ({ kind: 'sgd', momentum: 0.9 }) as const],
    ['Nesterov', () => ({ kind: 'sgd', momentum: 0.9, nesterov: true }) as const],
    ["tfjs's momentum", () => tf.train.momentum(1, 0.9)],
    ["tfjs's RMSProp", () => tf.train.rmsprop(1)],
  ])('goes on to the same bits: %s', async (_, optimizer) => {
    const options = {
      learningRate: { kind: 'cosine', from: 0.01 },
      steps: 9,
      batchSize: 7,
      centred: true,
      l2: 0.01,
      key: random.key(4),
      augment: (input: tf.Tensor, key: random.Key) =>
        tf.add(input, tf.tensor(random.normal(key, input.shape).data, input.shape)),
      evaluation: { data, every: 3 },
    } as const;
    const states: TrainState[] = [];
    const all = await train(net.apply, start, data, {
      ...options,
      optimizer: optimizer(),
      checkpoints: { every: 4, save: (state) => void states.push(state) },
    });
    expect(states.map(({ step }) => step)).toEqual([4, 8, 9]);
    expect(states[2]).toEqual(all.state);
    for (const resume of states) {
      const more = await train(net.apply, start, data, { ...options, optimizer: optimizer(), resume });
      expect(more.state).toEqual(all.state);
      expect(entries(more.params)).toEqual(entries(all.params));
    }
  });

  it('takes the same steps as tfjs', async () => {
    const ours = await train(net.apply, start, data, {
      steps: 10,
      learningRate: 0.1,
      optimizer: { kind: 'sgd', momentum: 0.9, nesterov: true },
    });
    const theirs = await train(net.apply, start, data, {
      steps: 10,
      learningRate: 0.1,
      optimizer: tf.train.momentum(1, 0.9, true),
    });
    entries(ours.params).forEach((own, i) => {
      expect(error(own, entries(theirs.params)[i])).toBeLessThan(tolerance.f32.values);
    });
  });

  it('keeps the best parameters, and stops out of patience', async () => {
    const { state } = await train(net.apply, start, data, {
      steps: 500,
      // Too large from the second half on.
      learningRate: { kind: 'linear', from: 0.1, to: 30 },
      evaluation: { data, every: 5, patience: 3 },
    });
    expect(state.step).toBeLessThan(500);
    const evaluations = state.history.flatMap(({ evaluation }) => evaluation ?? []);
    expect(state.best!.evaluation.accuracy).toBe(Math.max(...evaluations.map(({ accuracy }) => accuracy)));
    const best = restoreParams(start, state.best!);
    const right = tf
      .equal(tf.argMax(net.apply(best, x), 1), tf.argMax(y, 1))
      .cast('float32')
      .mean()
      .dataSync()[0];
    expect(right).toBeCloseTo(state.best!.evaluation.accuracy, 6);
  });

  it('stops at a loss that is not finite, with the last state that was', async () => {
    const run = train(net.apply, start, data, { steps: 200, learningRate: 100 });
    const failure = await run.catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(DivergedError);
    const { result, message } = failure as DivergedError<TrainState>;
    expect(message).toMatch(/^train: the loss became (NaN|Infinity) at step \d+\. Lower the learning rate/);
    expect(result.params.every(({ data: own }) => own.every(Number.isFinite))).toBe(true);
    const more = await train(net.apply, start, data, {
      steps: result.step + 1,
      learningRate: 1e-3,
      resume: result,
    });
    expect(more.state.step).toBe(result.step + 1);
  });

  it('leaves as many tensors after 1,000 steps as after one', async () => {
    const counts = new Set<number>();
    const before = tf.memory().numTensors;
    const { params } = await train(net.apply, start, data, {
      steps: 1000,
      learningRate: 0.01,
      batchSize: 5,
      optimizer: { kind: 'sgd', momentum: 0.9 },
      evaluation: { data, every: 100 },
      onProgress: () => counts.add(tf.memory().numTensors),
    });
    expect(counts.size).toBe(1);
    expect(tf.memory().numTensors).toBe(before + flat(params).length);
    tf.dispose(flat(params));
    await train(net.apply, start, data, { steps: 100, learningRate: 100 }).catch(() => null);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('trains a model of tfjs, and layers that draw noise', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 8, activation: 'tanh', inputShape: [4] }),
        tf.layers.dense({ units: 3 }),
      ],
    });
    const { apply, params } = networkFunction(model);
    const trained = await train(apply, params, data, { steps: 30, learningRate: 0.5 });
    expect(trained.state.history[29].loss).toBeLessThan(trained.state.history[0].loss);
    const noisy = stax.serial(stax.Dense(16), stax.Relu(), stax.Dropout(0.5), stax.Dense(3));
    const [, own] = noisy.init(random.key(0), [-1, 4]);
    const losses = (await train(noisy.apply, own, data, { steps: 3, learningRate: 1e-9 })).state.history;
    expect(new Set(losses.map(({ loss }) => loss)).size).toBe(3);
  });

  it('reports every step, and stops when told to', async () => {
    const controller = new AbortController();
    const onProgress = vi.fn(
      ({ step }: { step: number }) => step === 3 && controller.abort(new Error('enough')),
    );
    const run = train(net.apply, start, data, {
      steps: 9,
      learningRate: 0.1,
      signal: controller.signal,
      onProgress,
    });
    await expect(run).rejects.toThrow('enough');
    expect(onProgress.mock.calls.map(([{ step }]) => step)).toEqual([1, 2, 3]);
  });

  it.each<[string, object]>([
    ['no steps', { steps: 0 }],
    ['a batch larger than the data', { batchSize: 31 }],
    ['an unknown loss', { loss: 'l1' }],
    ['a negative penalty', { l2: -1 }],
    ['scaled labels of another loss', { loss: 'xent', labelScale: 2 }],
    ['an unknown optimizer', { optimizer: { kind: 'adam' } }],
    ['a momentum of 1', { optimizer: { kind: 'sgd', momentum: 1 } }],
    ['a learning rate of 0', { learningRate: 0 }],
    ['an unknown option', { epochs: 3 }],
  ])('refuses %s', async (_, options) => {
    await expect(
      train(net.apply, start, data, { steps: 2, learningRate: 0.1, ...options }),
    ).rejects.toThrowErrorMatchingSnapshot();
  });

  it('refuses data and states that do not fit', async () => {
    const options = { steps: 2, learningRate: 0.1 };
    const few = { x, y: sines([4, 3], 1) };
    await expect(train(net.apply, start, few, options)).rejects.toThrowErrorMatchingSnapshot();
    const wide = { x, y: sines([30, 2], 1) };
    await expect(train(net.apply, start, wide, options)).rejects.toThrowErrorMatchingSnapshot();
    const { state } = await train(net.apply, start, data, options);
    const other = stax.Dense(3).init(random.key(0), [-1, 4])[1];
    await expect(
      train(net.apply, other, data, { ...options, resume: state }),
    ).rejects.toThrowErrorMatchingSnapshot();
  });
});

describe('empiricalLearningRate', () => {
  it('trains at half of it, and diverges at three times it', async () => {
    const wide = stax.serial(stax.Dense(256), stax.Relu(), stax.Dense(1));
    const [, params] = wide.init(random.key(3), [-1, 4]);
    const own = { x, y: sines([30, 1], 2) };
    const rate = await empiricalLearningRate(wide.apply, params, x);
    const trainAt = (factor: number) =>
      train(wide.apply, params, own, { steps: 30, learningRate: factor * rate });
    const { history } = (await trainAt(0.5)).state;
    expect(history[29].loss).toBeLessThan(0.5 * history[0].loss);
    await expect(trainAt(3)).rejects.toThrow(DivergedError);
    await expect(
      empiricalLearningRate(wide.apply, params, x, { momentum: 1 }),
    ).rejects.toThrowErrorMatchingSnapshot();
  });
});
