import { Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { NonFiniteError, NotPositiveDefiniteError, ShapeError } from '../../src/base/errors.js';
import type { NdArray } from '../../src/base/nd-array.js';
import { targetsOf } from '../../src/distill/evaluate-support.js';
import { evaluateSupport, kipLoss, type Support } from '../../src/distill/index.js';
import { relativeError } from '../support/compare.js';
import { tolerance } from '../support/tolerance.js';
import { kernel, patterns } from './patterns.js';

const support = targetsOf(patterns(6, 3, 1));
const test = patterns(20, 3, 2);
const targets = targetsOf(test);

describe('kipLoss', () => {
  it.each([
    ['trace', 'ntk', 1e-2],
    ['absolute', 'ntk', 1e-2],
    ['trace', 'nngp', 1e-6],
  ] as const)('has the gradients of finite differences (%s, %s, reg %f)', async (regScale, get, reg) => {
    const options = { regScale, get, reg, threads: 1 };
    const lossAt = async (data: Float64Array, labels: Matrix) => {
      const at = { images: { ...support.images, data }, labels };
      return (await kipLoss(kernel, at, targets, { ...options, gradient: false })).loss;
    };
    const { gradient } = await kipLoss(kernel, support, targets, options);
    const step = 1e-5;
    const images = Float64Array.from(support.images.data);
    for (const along of [0, 7, 35]) {
      const [up, down] = [images.slice(), images.slice()];
      up[along] += step;
      down[along] -= step;
      const slope = ((await lossAt(up, support.labels)) - (await lossAt(down, support.labels))) / (2 * step);
      const scale = Math.max(...gradient!.images.data.map(Math.abs));
      expect(Math.abs(slope - gradient!.images.data[along]) / scale).toBeLessThan(
        tolerance.kip.finiteDifferences,
      );
    }
    for (const [i, c] of [
      [0, 0],
      [4, 2],
    ]) {
      const moved = (by: number) => support.labels.clone().set(i, c, support.labels.get(i, c) + by);
      const slope = ((await lossAt(images, moved(step))) - (await lossAt(images, moved(-step)))) / (2 * step);
      const scale = gradient!.labels.abs().max();
      expect(Math.abs(slope - gradient!.labels.get(i, c)) / scale).toBeLessThan(
        tolerance.kip.finiteDifferences,
      );
    }
  });

  it('is finite where the support is among the targets', async () => {
    const { loss, gradient } = await kipLoss(kernel, support, support, { reg: 1e-2 });
    expect(loss).toBeGreaterThan(0);
    expect(gradient!.images.data.every(Number.isFinite)).toBe(true);
  });

  it('has no gradient unless asked for one', async () => {
    expect((await kipLoss(kernel, support, targets, { gradient: false })).gradient).toBeNull();
  });

  it('takes repeated images with the ridge, and refuses them without ridge and jitter', async () => {
    const { images, labels } = patterns(3, 3);
    const twice: NdArray = { shape: [6, 3, 2, 1], data: Float64Array.of(...images.data, ...images.data) };
    const repeated = targetsOf({ images: twice, labels: Int32Array.of(...labels, ...labels), numClasses: 3 });
    expect((await kipLoss(kernel, repeated, targets)).evidence).toMatchObject({ jitter: 0, attempts: 1 });
    const bare = kipLoss(kernel, repeated, targets, { reg: 0, jitter: false });
    await expect(bare).rejects.toThrow(NotPositiveDefiniteError);
    await expect(bare).rejects.toThrowErrorMatchingInlineSnapshot(
      `[NotPositiveDefiniteError: kipLoss: the Gram matrix of the support must be positive definite, its factorisation fails at row 3 of 6 (jitter is off). A ridge of 2.5e-14 (1.0e-14 of the mean diagonal) would have been enough.]`,
    );
    expect((await kipLoss(kernel, repeated, targets, { reg: 0 })).evidence.attempts).toBe(2);
  });

  it('refuses supports and targets that do not fit', async () => {
    const short = { ...support, labels: Matrix.ones(5, 3) };
    await expect(kipLoss(kernel, short, targets)).rejects.toThrow(ShapeError);
    await expect(kipLoss(kernel, short, targets)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: kipLoss: support.labels needs 6 rows and at least one column, got [5, 3].]`,
    );
    const other = { ...support, labels: Matrix.ones(6, 2) };
    await expect(kipLoss(kernel, other, targets)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: kipLoss: support and targets need equally many classes, got 2 and 3.]`,
    );
    const bad = { ...support, labels: support.labels.clone().set(1, 2, Number.NaN) };
    await expect(kipLoss(kernel, bad, targets)).rejects.toThrow(NonFiniteError);
    await expect(kipLoss(kernel, bad, targets)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[NonFiniteError: kipLoss: support.labels must be finite, got NaN at [1, 2]. Clean the data first.]`,
    );
  });
});

describe('evaluateSupport', () => {
  it.each([
    [10, 0.045],
    [100, 0.00495],
  ])('gives the zero predictor of %i classes its known loss', async (numClasses, expected) => {
    const zero: Support = { images: support.images, labels: Matrix.zeros(6, numClasses) };
    const { loss } = await evaluateSupport(kernel, zero, patterns(200, numClasses));
    expect(relativeError([loss], [expected])).toBeLessThan(tolerance.f64.rounding);
  });

  it('finds the classes of patterns', async () => {
    const { accuracy, evidence } = await evaluateSupport(kernel, support, test);
    expect(accuracy).toBeGreaterThan(0.8);
    expect(evidence.jitter).toBe(0);
  });

  it('is the same in float32 to its precision', async () => {
    const [exact, fast] = await Promise.all(
      (['float64', 'float32'] as const).map((dtype) =>
        evaluateSupport(kernel, support, test, { dtype, reg: 1e-2 }),
      ),
    );
    expect(relativeError([fast.loss], [exact.loss])).toBeLessThan(tolerance.kip.float32Loss);
  });

  it('refuses a test set that does not fit', async () => {
    const labels = Matrix.ones(6, 2);
    await expect(
      evaluateSupport(kernel, { ...support, labels }, test),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: evaluateSupport: support.labels needs a column for each of 3 classes, got 2.]`,
    );
    const cut = { ...test, labels: test.labels.subarray(1) };
    await expect(evaluateSupport(kernel, support, cut)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: evaluateSupport: test.labels must be one label an image, got 20 images and 19 labels.]`,
    );
    const option = { diagReg: 1 } as object;
    await expect(evaluateSupport(kernel, support, test, option)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: evaluateSupport: has no option diagReg. Its options are reg, regScale, jitter, get, dtype, threads, signal.]`,
    );
  });
});
