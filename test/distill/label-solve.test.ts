import { Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { NonFiniteError, NotPositiveDefiniteError } from '../../src/base/errors.js';
import { targetsOf } from '../../src/distill/evaluate-support.js';
import { evaluateSupport, labelSolve } from '../../src/distill/index.js';
import { relativeError } from '../support/compare.js';
import { tolerance } from '../support/tolerance.js';
import { kernel, patterns } from './patterns.js';

const train = patterns(60, 3, 2);
const { images, labels: natural } = targetsOf(patterns(9, 3, 1));

describe('labelSolve', () => {
  it('fits the training set better than natural labels', async () => {
    const { labels } = await labelSolve(kernel, images, train);
    const [solved, given] = await Promise.all(
      [labels, natural].map(async (y) => (await evaluateSupport(kernel, { images, labels: y }, train)).loss),
    );
    expect(solved).toBeLessThan(given);
  });

  it('reports what it minimised: the training loss with the absolute ridge, plus the penalty', async () => {
    const reg = 1e-6;
    const { labels, objective } = await labelSolve(kernel, images, train, { reg });
    const options = { reg: reg / 9, regScale: 'absolute' } as const;
    const { loss } = await evaluateSupport(kernel, { images, labels }, train, options);
    expect(objective).toBeGreaterThan(loss);
    expect(objective / loss).toBeLessThan(1.001);
  });

  it.each([1, 7, 60, 1000])('streams over blocks of %i targets', async (block) => {
    const whole = await labelSolve(kernel, images, train);
    const seen: number[] = [];
    const onProgress = (done: number) => seen.push(done);
    const { labels } = await labelSolve(kernel, images, train, { block, onProgress });
    expect(relativeError(labels.to1DArray(), whole.labels.to1DArray())).toBeLessThan(
      tolerance.kip.smallRidge,
    );
    expect(seen.length).toBe(Math.ceil(60 / block));
    expect(seen.at(-1)).toBe(60);
  });

  it('has the same bits for any number of threads', async () => {
    const [one, two] = await Promise.all(
      [1, 2].map((threads) => labelSolve(kernel, images, train, { threads })),
    );
    expect(two.labels.to1DArray()).toEqual(one.labels.to1DArray());
  });

  it('solves where the normal equations are singular in float64', async () => {
    // Images 1e-7 apart: K_st K_ts has the square of an already large condition number.
    const data = Float64Array.of(
      ...images.data,
      ...images.data.map((value, i) => value + 1e-7 * Math.sin(i)),
    );
    const close = { shape: [18, 3, 2, 1], data };
    const reg = 1e-14;
    const { labels, objective, conditionEstimate } = await labelSolve(kernel, close, train, { reg });
    expect(conditionEstimate ** 2).toBeGreaterThan(1 / Number.EPSILON);
    expect(labels.to1DArray().every(Number.isFinite)).toBe(true);
    expect(objective).toBeLessThan((await labelSolve(kernel, images, train, { reg })).objective);
  });

  it('refuses repeated images without a ridge, and names one that is enough', async () => {
    const repeated = { shape: [18, 3, 2, 1], data: Float64Array.of(...images.data, ...images.data) };
    const bare = labelSolve(kernel, repeated, train, { reg: 0, threads: 1 });
    await expect(bare).rejects.toThrow(NotPositiveDefiniteError);
    const message = await bare.then(() => 'was accepted', String);
    const reg = Number(/A reg of (\S+)/.exec(message)?.[1]);
    expect((await labelSolve(kernel, repeated, train, { reg })).labels.rows).toBe(18);
  });

  it('says what it was run on, as JSON', async () => {
    const { configuration } = await labelSolve(kernel, images, train, { block: 16 });
    expect(JSON.parse(JSON.stringify(configuration))).toMatchObject({
      get: 'ntk',
      dtype: 'float64',
      reg: 1e-6,
      block: 16,
      supportSize: 9,
      targets: 60,
      numClasses: 3,
    });
  });

  it('stops with the reason of an aborted signal', async () => {
    const reason = new Error('enough');
    await expect(labelSolve(kernel, images, train, { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    const controller = new AbortController();
    const onProgress = () => controller.abort(reason);
    const running = labelSolve(kernel, images, train, { block: 10, signal: controller.signal, onProgress });
    await expect(running).rejects.toBe(reason);
  });

  it('refuses bad input', async () => {
    const data = Float64Array.from(images.data);
    data[8] = Number.NaN;
    const bad = labelSolve(kernel, { ...images, data }, train);
    await expect(bad).rejects.toThrow(NonFiniteError);
    await expect(bad).rejects.toThrowErrorMatchingInlineSnapshot(
      `[NonFiniteError: labelSolve: images must be finite, got NaN at [1,1,0,0]. Clean the data first.]`,
    );
    const unlabelled = { ...train, labels: train.labels.map(() => 3) };
    await expect(labelSolve(kernel, images, unlabelled)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RangeError: labelSolve: train.labels need to be integers from 0 to 2, got 3 at 0. Pass the data set's own numClasses.]`,
    );
    await expect(labelSolve(kernel, images, train, { block: 0 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RangeError: labelSolve: block needs a whole number of at least 1, got 0.]`,
    );
    await expect(labelSolve(kernel, images, train, { reg: -1 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RangeError: labelSolve: reg needs a finite number of at least 0, got -1. Pass e.g. 1e-6.]`,
    );
    const wide = { shape: [2, 2, 2, 1], data: new Float64Array(8) };
    await expect(labelSolve(kernel, wide, train)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: gram: samples of x1 and x2 must have equal shapes, got [2,2,1] (x1 is [2,2,2,1]) and [3,2,1] (x2 is [60,3,2,1]). Give both the same spatial sizes and channels.]`,
    );
  });

  it('keeps labels that sum to zero over the classes', async () => {
    const { labels } = await labelSolve(kernel, images, train);
    const sums = labels.mmul(Matrix.ones(3, 1)).to1DArray();
    expect(Math.max(...sums.map(Math.abs)) / labels.clone().abs().max()).toBeLessThan(tolerance.f64.golden);
  });
});
