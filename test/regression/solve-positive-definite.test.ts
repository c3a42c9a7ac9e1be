import { Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { NonFiniteError, NotPositiveDefiniteError, ShapeError } from '../../src/base/errors.js';
import { type SolveEvidence, solvePositiveDefinite } from '../../src/regression/index.js';
import { tolerance } from '../support/tolerance.js';

/** Two equal rows: positive semidefinite, singular. */
const singular = new Matrix([
  [2, 2, 1],
  [2, 2, 1],
  [1, 1, 3],
]);
const ones = Matrix.ones(3, 1);

/** The Hilbert matrix `[n, n]`, whose condition number is known. */
const hilbert = (n: number): Matrix =>
  new Matrix(Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => 1 / (i + j + 1))));

const message = async (call: () => Promise<unknown>): Promise<string> => {
  try {
    await call();
  } catch (error) {
    return String(error);
  }
  return 'nothing was thrown';
};

describe('solvePositiveDefinite', () => {
  it('solves a well-conditioned system without jitter', async () => {
    const a = new Matrix([
      [4, 1],
      [1, 3],
    ]);
    const { x, evidence } = await solvePositiveDefinite(a, new Matrix([[1], [2]]));
    expect(x.get(0, 0)).toBeCloseTo(1 / 11, 15);
    expect(x.get(1, 0)).toBeCloseTo(7 / 11, 15);
    expect(evidence).toMatchObject({ jitter: 0, attempts: 1 });
    expect(evidence.residual).toBeLessThan(tolerance.f64.rounding);
    // ‖A‖₁ ‖A⁻¹‖₁ = 5 · 5/11
    expect(evidence.conditionEstimate).toBeCloseTo(25 / 11, 12);
  });

  it.each([
    [3, 748],
    [5, 943656],
    [8, 3.387e10],
  ])('estimates the condition number of the Hilbert matrix of order %i', async (n, expected) => {
    const { evidence } = await solvePositiveDefinite(hilbert(n), Matrix.ones(n, 1), { jitter: false });
    expect(evidence.conditionEstimate / expected).toBeGreaterThan(1 / 3);
    expect(evidence.conditionEstimate / expected).toBeLessThan(1.001);
  });

  it('adds the smallest rung of jitter that is enough, and says what it cost', async () => {
    const { x, evidence } = await solvePositiveDefinite(singular, ones);
    expect(evidence.attempts).toBe(2);
    expect(evidence.jitter).toBeCloseTo((1e-10 * 7) / 3, 20);
    expect(evidence.residual).toBeLessThan(1e-9);
    expect(x.get(0, 0)).toBeCloseTo(x.get(1, 0), 5);
  });

  it('climbs to the cap of the ladder and no further', async () => {
    const a = singular.clone().add(Matrix.eye(3, 3, -1e-7));
    const solve = async (last: number): Promise<SolveEvidence> =>
      (await solvePositiveDefinite(a, ones, { jitter: { first: 1e-9, last } })).evidence;
    expect(await solve(1e-6)).toMatchObject({ attempts: 4 });
    await expect(solve(1e-8)).rejects.toThrow(NotPositiveDefiniteError);
  });

  it('names the ridge that would have been enough, and it is', async () => {
    const refused = () => solvePositiveDefinite(singular, ones, { jitter: false });
    await expect(refused()).rejects.toThrow(NotPositiveDefiniteError);
    await expect(refused()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[NotPositiveDefiniteError: solvePositiveDefinite: a must be positive definite, its factorisation fails at row 1 of 3 (jitter is off). A ridge of 2.4e-15 (1.0e-15 of the mean diagonal) would have been enough.]`,
    );
    const ridge = Number(/A ridge of (\S+)/.exec(await message(refused))?.[1]);
    const { evidence } = await solvePositiveDefinite(Matrix.add(singular, Matrix.eye(3, 3, ridge)), ones, {
      jitter: false,
    });
    expect(evidence.attempts).toBe(1);
  });

  it('refuses an indefinite matrix and one of zeros', async () => {
    await expect(
      (() =>
        solvePositiveDefinite(
          new Matrix([
            [1, 2],
            [2, 1],
          ]),
          Matrix.ones(2, 1),
        ))(),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[NotPositiveDefiniteError: solvePositiveDefinite: a must be positive definite, its factorisation fails at row 1 of 2 (jitter up to 0.000001 of the mean diagonal was tried). A ridge of 10 (10 of the mean diagonal) would have been enough.]`,
    );
    await expect(
      (() => solvePositiveDefinite(new Matrix([[-1]]), Matrix.ones(1, 1)))(),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[NotPositiveDefiniteError: solvePositiveDefinite: a must be positive definite, its factorisation fails at row 0 of 1 (jitter up to 0.000001 of the mean diagonal was tried). A ridge of 10 would have been enough.]`,
    );
    await expect(
      (() => solvePositiveDefinite(Matrix.zeros(2, 2), Matrix.ones(2, 1)))(),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[NotPositiveDefiniteError: solvePositiveDefinite: a must be positive definite, its factorisation fails at row 0 of 2 (jitter up to 0.000001 of the mean diagonal was tried). A ridge of 1.0e-15 would have been enough.]`,
    );
  });

  it('names the first entry that is not finite', async () => {
    const a = Matrix.eye(3, 3);
    a.set(2, 1, Number.NaN);
    await expect((() => solvePositiveDefinite(a, ones))()).rejects.toThrow(NonFiniteError);
    await expect((() => solvePositiveDefinite(a, ones))()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[NonFiniteError: solvePositiveDefinite: a must be finite, got NaN at [2, 1]. Clean the data first.]`,
    );
    const b = new Matrix([[1], [Number.POSITIVE_INFINITY], [1]]);
    await expect(
      (() => solvePositiveDefinite(Matrix.eye(3, 3), b))(),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[NonFiniteError: solvePositiveDefinite: b must be finite, got Infinity at [1, 0]. Clean the data first.]`,
    );
  });

  it('refuses wrong shapes and ladders', async () => {
    await expect((() => solvePositiveDefinite(Matrix.ones(2, 3), ones))()).rejects.toThrow(ShapeError);
    await expect(
      (() => solvePositiveDefinite(Matrix.ones(2, 3), ones))(),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: solvePositiveDefinite: a must be square and not empty, got [2, 3].]`,
    );
    await expect(
      (() => solvePositiveDefinite(Matrix.zeros(0, 0), ones))(),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: solvePositiveDefinite: a must be square and not empty, got [0, 0].]`,
    );
    await expect(
      (() => solvePositiveDefinite(Matrix.eye(2, 2), ones))(),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: solvePositiveDefinite: b needs 2 rows and at least one column, got [3, 1].]`,
    );
    await expect(
      (() => solvePositiveDefinite(Matrix.eye(3, 3), ones, { jitter: { first: 1e-4 } }))(),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RangeError: solvePositiveDefinite: jitter needs 0 < first <= last < 1, got first 0.0001, last 0.000001. Pass false to switch it off.]`,
    );
  });
});
