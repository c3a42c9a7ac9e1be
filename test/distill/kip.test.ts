import { describe, expect, it } from 'vitest';
import { DivergedError, NonFiniteError } from '../../src/base/errors.js';
import { targetsOf } from '../../src/distill/evaluate-support.js';
import {
  evaluateSupport,
  type KipOptions,
  type KipProgress,
  type KipResult,
  kip,
} from '../../src/distill/index.js';
import { relativeError } from '../support/compare.js';
import { tolerance } from '../support/tolerance.js';
import { kernel, patterns } from './patterns.js';

const train = patterns(90, 3);
const held = patterns(60, 3, 5);
const short: KipOptions = { supportSize: 3, steps: 4, targetBatch: 30 };

describe('kip', () => {
  it.each([
    ['natural', 'fixed'],
    ['natural', 'learned'],
    ['natural', 'solved'],
    ['noise', 'learned'],
  ] as const)('distils from %s images with %s labels', async (init, labels) => {
    const options = { supportSize: 3, steps: 40, init, labels };
    const before = await evaluateSupport(kernel, await kip(kernel, train, { ...options, steps: 0 }), held);
    const result = await kip(kernel, train, options);
    const after = await evaluateSupport(kernel, result, held);
    expect(after.loss).toBeLessThan(before.loss);
    expect(after.accuracy).toBeGreaterThanOrEqual(before.accuracy);
    expect(result.history).toHaveLength(40);
    expect(result.history[39].loss).toBeLessThan(result.history[0].loss);
  });

  it('starts from natural images, one-hot minus 1/C, classes ascending', async () => {
    const { images, labels, history } = await kip(kernel, train, { supportSize: 6, steps: 0 });
    expect(images.shape).toEqual([6, 3, 2, 1]);
    expect(history).toEqual([]);
    for (let i = 0; i < 6; i++) {
      const own = Math.floor(i / 2);
      expect(labels.getRow(i)).toEqual([0, 1, 2].map((c) => (c === own ? 1 - 1 / 3 : -1 / 3)));
      const image = images.data.subarray(i * 6, i * 6 + 6);
      const drawn = train.labels.findIndex((_, j) =>
        image.every((value, k) => value === train.images.data[j * 6 + k]),
      );
      expect(train.labels[drawn]).toBe(own);
    }
  });

  it('leaves labels alone unless they are learned', async () => {
    const start = await kip(kernel, train, { ...short, steps: 0 });
    expect((await kip(kernel, train, short)).labels.to1DArray()).toEqual(start.labels.to1DArray());
    const learned = await kip(kernel, train, { ...short, labels: 'learned' });
    expect(learned.labels.to1DArray()).not.toEqual(start.labels.to1DArray());
  });

  it('has the same bits for the same seed and any number of threads, others for another seed', async () => {
    const run = (seed: number, threads: number) =>
      kip(kernel, train, { ...short, seed, threads, labels: 'learned' });
    const [a, b, c] = [await run(3, 1), await run(3, 2), await run(4, 1)];
    expect(b.images.data).toEqual(a.images.data);
    expect(b.labels.to1DArray()).toEqual(a.labels.to1DArray());
    expect(c.images.data).not.toEqual(a.images.data);
  });

  it('draws balanced targets, capped by the smallest class and by the data', async () => {
    const batch = async (targetBatch: number, data = train) =>
      (await kip(kernel, data, { ...short, steps: 1, targetBatch })).configuration.targetBatch;
    expect(await batch(31)).toBe(30);
    expect(await batch(5000)).toBe(90);
    const skewed = { ...train, labels: train.labels.map((_, i) => (i < 12 ? i % 3 : 0)) };
    expect(await batch(60, skewed)).toBe(12);
  });

  it('goes on from a support set of the caller', async () => {
    const half = await kip(kernel, train, short);
    const { images, configuration } = await kip(kernel, train, { ...short, init: half, steps: 0 });
    expect(images.data).toEqual(half.images.data);
    expect(configuration.init).toBe('given');
  });

  it('carries its whole configuration as JSON', async () => {
    const { configuration } = await kip(kernel, train, { ...short, adam: { firstStep: 2 } });
    const { program, ...rest } = JSON.parse(JSON.stringify(configuration));
    expect(program.ops.map(({ op }: { op: string }) => op)).toContain('activation');
    expect(rest).toEqual({
      supportSize: 3,
      steps: 4,
      learningRate: 0.04,
      targetBatch: 30,
      labels: 'fixed',
      labelReg: 1e-3,
      labelTargets: 2000,
      augmentation: null,
      init: 'natural',
      optimizer: 'adam',
      adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, firstStep: 2 },
      seed: 0,
      reg: 1e-6,
      regScale: 'trace',
      jitter: true,
      get: 'ntk',
      dtype: 'float64',
    });
  });

  it.each(['nngp', 'ntk'] as const)('follows in float32 the steps of float64, on the %s', async (get) => {
    const options = { ...short, labels: 'learned', get, reg: 1e-2 } as const;
    const exact = await kip(kernel, train, options);
    const rounded = await kip(kernel, train, { ...options, dtype: 'float32' });
    const { float32Loss, float32Steps } = tolerance.kip;
    const losses = (result: KipResult) => result.history.map(({ loss }) => loss);
    expect(relativeError(losses(rounded), losses(exact))).toBeLessThan(float32Loss);
    expect(relativeError(rounded.images.data, exact.images.data)).toBeLessThan(float32Steps);
    expect(relativeError(rounded.labels.to1DArray(), exact.labels.to1DArray())).toBeLessThan(float32Steps);
    // It is float32 indeed, and the kernel asked for.
    expect(losses(rounded)).not.toEqual(losses(exact));
    const other = await kip(kernel, train, { ...options, get: get === 'ntk' ? 'nngp' : 'ntk' });
    expect(relativeError(losses(other), losses(exact))).toBeGreaterThan(0.01);
  });

  it('loses nothing when it is aborted: the last progress holds the result', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    const seen: KipProgress[] = [];
    const running = kip(kernel, train, {
      ...short,
      signal: controller.signal,
      onProgress(progress) {
        seen.push(progress);
        if (progress.step === 2) controller.abort(reason);
      },
    });
    await expect(running).rejects.toBe(reason);
    expect(seen.map(({ step, steps }) => [step, steps])).toEqual([
      [1, 4],
      [2, 4],
    ]);
    const same = await kip(kernel, train, { ...short, steps: 2 });
    const { result } = seen[1];
    expect(result.images.data).toEqual(same.images.data);
    expect(result.history.map(({ loss }) => loss)).toEqual(same.history.map(({ loss }) => loss));
    // An earlier report is not changed by later steps.
    expect(seen[0].result.images.data).not.toEqual(result.images.data);
    expect(seen[0].result.history).toHaveLength(1);
  });

  it('keeps the last good state when it leaves the range of numbers', async () => {
    const error = await kip(kernel, train, { ...short, learningRate: 1e160 }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(DivergedError);
    const { result } = error as DivergedError<KipResult>;
    expect(result.step).toBeLessThan(4);
    expect(result.images.data.every(Number.isFinite)).toBe(true);
    expect(error.message).toMatch(
      /^kip: .* at step \d\. Lower the learning rate and go on from the error's result/,
    );
    const saved = await kip(kernel, train, { resume: result, steps: result.step + 1, learningRate: 0.04 });
    expect(Number.isFinite(saved.history.at(-1)!.loss)).toBe(true);
  });

  it('does not start under an aborted signal', async () => {
    const reason = new Error('enough');
    await expect(kip(kernel, train, { ...short, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('refuses bad input', async () => {
    const refused = async (options: Partial<KipOptions>, data = train) =>
      kip(kernel, data, { ...short, ...options }).then(() => 'was accepted', String);
    expect({
      supportSize: await refused({ supportSize: 4 }),
      tooMany: await refused({ supportSize: 300 }),
      steps: await refused({ steps: 1.5 }),
      learningRate: await refused({ learningRate: 0 }),
      targetBatch: await refused({ targetBatch: 2 }),
      reg: await refused({ reg: -1 }),
      init: await refused({ init: 'zeros' as 'noise' }),
      given: await refused({ init: targetsOf(patterns(6, 3)) }),
      get: await refused({ get: 'both' as 'ntk' }),
      option: await refused({ lr: 1 } as object),
      adam: await refused({ adam: { beta: 1 } as object }),
      labels: await refused({}, { ...train, labels: train.labels.subarray(1) }),
      empty: await refused({}, { ...train, labels: train.labels.map((label) => (label === 1 ? 0 : label)) }),
    }).toMatchInlineSnapshot(`
      {
        "adam": "UnsupportedError: kip: adam: has no option beta. Its options are beta1, beta2, epsilon, firstStep.",
        "empty": "RangeError: kip: train needs examples of every class to draw balanced batches, got none of class 1. Renumber the classes, or pass a targetBatch of at least the size of the data.",
        "get": "RangeError: kip: get must be 'nngp' or 'ntk' (gram: or a list of these), got 'both'.",
        "given": "ShapeError: kip: init.labels needs supportSize rows and a column a class, [3, 3], got [6, 3].",
        "init": "RangeError: kip: init needs 'natural', 'noise' or a support set, got zeros.",
        "labels": "ShapeError: kip: train.labels must be one label an image, got 90 images and 89 labels.",
        "learningRate": "RangeError: kip: learningRate needs a positive number, got 0. Pass e.g. 0.04.",
        "option": "UnsupportedError: kip: has no option lr. Its options are supportSize, steps, learningRate, targetBatch, labels, labelReg, labelTargets, init, augmentation, preprocessing, optimizer, adam, seed, evaluation, onProgress, reg, regScale, jitter, get, dtype, threads, signal.",
        "reg": "RangeError: kip: reg needs a finite number of at least 0, got -1. Pass e.g. 1e-6.",
        "steps": "RangeError: kip: steps needs a whole number of at least 0, got 1.5. Pass e.g. 300.",
        "supportSize": "RangeError: kip: supportSize needs a positive multiple of the 3 classes, got 4. Pass e.g. 3.",
        "targetBatch": "RangeError: kip: targetBatch needs a whole number of at least the 3 classes, got 2. Pass e.g. 5000.",
        "tooMany": "RangeError: balancedSubset: 300 examples of 3 classes need 100 of each, got 30 of class 0. Ask for fewer.",
      }
    `);
    const data = train.images.data.map((value, i) => (i === 13 ? Number.POSITIVE_INFINITY : value));
    const bad = kip(kernel, { ...train, images: { ...train.images, data } }, short);
    await expect(bad).rejects.toThrow(NonFiniteError);
    await expect(bad).rejects.toThrowErrorMatchingInlineSnapshot(
      `[NonFiniteError: kip: train.images must be finite, got Infinity at [2,0,1,0]. Clean the data first.]`,
    );
  });
});
