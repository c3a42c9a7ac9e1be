import { Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { NotPositiveDefiniteError } from '../../src/base/errors.js';
import { kernelRidge } from '../../src/regression/index.js';
import { relativeError } from '../support/compare.js';
import { tolerance } from '../support/tolerance.js';

const n = 30;
const entry = (i: number, j: number): number => Math.exp(-((i - j) ** 2) / 20) + (i === j ? 0.1 : 0);
const gram = new Matrix(
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => entry(i, j))),
);
const labels = new Matrix(Array.from({ length: n }, (_, i) => [Math.sin(i), Math.cos(i)]));

describe('kernelRidge', () => {
  it.each([
    ['trace', 1e-3, 1.1e-3],
    ['absolute', 1e-3, 1e-3],
    ['trace', 0, 0],
  ] as const)('solves (K + ridge·I) α = y with regScale %s and reg %f', async (regScale, reg, expected) => {
    const { alpha, ridge, evidence } = await kernelRidge(gram, labels, { reg, regScale });
    expect(ridge).toBeCloseTo(expected, 15);
    const back = Matrix.add(gram, Matrix.eye(n, n, ridge)).mmul(alpha);
    expect(relativeError(back.to1DArray(), labels.to1DArray())).toBeLessThan(tolerance.f64.rounding);
    expect(evidence).toMatchObject({ jitter: 0, attempts: 1 });
  });

  it('predicts K(test, train) α', async () => {
    const { alpha, predict } = await kernelRidge(gram, labels);
    const kTest = new Matrix(
      Array.from({ length: 4 }, (_, i) => Array.from({ length: n }, (_, j) => entry(i + 0.5, j))),
    );
    const expected = kTest.mmul(alpha);
    expect(relativeError((await predict(kTest)).to1DArray(), expected.to1DArray())).toBeLessThan(
      tolerance.f64.rounding,
    );
  });

  it('interpolates the labels as the ridge goes to 0', async () => {
    const { predict } = await kernelRidge(gram, labels, { reg: 0 });
    expect(relativeError((await predict(gram)).to1DArray(), labels.to1DArray())).toBeLessThan(
      tolerance.f64.rounding,
    );
  });

  it('keeps jitter out of the ridge', async () => {
    const singular = Matrix.ones(3, 3);
    const { ridge, evidence } = await kernelRidge(singular, Matrix.ones(3, 1), { reg: 0 });
    expect(ridge).toBe(0);
    expect(evidence.jitter).toBe(1e-10);
  });

  it('refuses a singular Gram matrix without ridge and jitter, and says which reg would do', async () => {
    const singular = Matrix.ones(3, 3);
    const refused = () => kernelRidge(singular, Matrix.ones(3, 1), { reg: 0, jitter: false });
    await expect(refused()).rejects.toThrow(NotPositiveDefiniteError);
    await expect(refused()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[NotPositiveDefiniteError: kernelRidge: kTrainTrain must be positive definite, its factorisation fails at row 1 of 3 (jitter is off). A ridge of 1.0e-15 (1.0e-15 of the mean diagonal) would have been enough.]`,
    );
  });

  it('refuses bad options and shapes', async () => {
    await expect((() => kernelRidge(gram, labels, { reg: -1 }))()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RangeError: kernelRidge: reg needs a finite number of at least 0, got -1. Pass e.g. 1e-6.]`,
    );
    await expect(
      (() => kernelRidge(gram, labels, { reg: Number.NaN }))(),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RangeError: kernelRidge: reg needs a finite number of at least 0, got NaN. Pass e.g. 1e-6.]`,
    );
    await expect(
      (() => kernelRidge(gram, labels, { regScale: 'mean' as 'trace' }))(),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RangeError: kernelRidge: regScale needs 'trace' or 'absolute', got 'mean'.]`,
    );
    await expect(
      (() => kernelRidge(gram, labels, { diagReg: 1 } as object))(),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: kernelRidge: has no option diagReg. Its options are reg, regScale, jitter, signal.]`,
    );
    await expect((() => kernelRidge(gram, Matrix.ones(3, 1)))()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: kernelRidge: yTrain needs 30 rows and at least one column, got [3, 1].]`,
    );
    await expect(
      (async () => (await kernelRidge(gram, labels)).predict(Matrix.ones(2, 2)))(),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: kernelRidge: kTestTrain needs a column for each of 30 training samples, got [2, 2].]`,
    );
  });
});
