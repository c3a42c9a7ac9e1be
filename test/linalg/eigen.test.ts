import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { NonFiniteError, ShapeError } from '../../src/base/errors.js';
import { eigenSymmetric, eigenvaluesSymmetric } from '../../src/linalg/eigen.js';
import { gemm } from '../../src/linalg/product.js';
import { relativeError } from '../support/compare.js';
import { refusals } from '../support/refusals.js';
import { tolerance } from '../support/tolerance.js';

const { lapackRatio } = tolerance.linalg;

const symmetric = (n: number, entry: (i: number, j: number) => number): Float64Array => {
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = entry(i, j);
  return a;
};

const wave = (i: number, j: number): number => Math.sin(1 + 1.3 * (i + j) + 0.7 * i * j);

/** A rank of 3: all other eigenvalues are 0. */
const lowRank = (n: number): Float64Array => {
  const x = Float64Array.from({ length: n * 3 }, (_, k) => Math.sin(1 + 0.9 * k + 1e-2 * k * k));
  return gemm(n, n, 3, x, x, { transposeB: true });
};

/** Matrices whose spectra are of a kind each. */
const kinds: readonly [string, (n: number) => Float64Array][] = [
  ['no structure', (n) => symmetric(n, wave)],
  ['zeros', (n) => new Float64Array(n * n)],
  ['one multiple eigenvalue', (n) => symmetric(n, (i, j) => (i === j ? 3 : 0))],
  ['ones everywhere', (n) => new Float64Array(n * n).fill(1)],
  ['a diagonal out of order', (n) => symmetric(n, (i, j) => (i === j ? Math.sin(i) : 0))],
  ['a known spectrum', (n) => symmetric(n, (i, j) => (i === j ? 2 : i - j === 1 ? -1 : 0))],
  // Wilkinson's: pairs of eigenvalues that agree to all digits, with different eigenvectors.
  ['close pairs', (n) => symmetric(n, (i, j) => (i === j ? Math.abs(i - (n - 1) / 2) : i - j === 1 ? 1 : 0))],
  ['a kernel of fast decay', (n) => symmetric(n, (i, j) => Math.exp(-(((3 * (i - j)) / n) ** 2)))],
  ['low rank', lowRank],
  ['graded', (n) => symmetric(n, (i, j) => 10 ** (-(12 * (i + j)) / n) * (1 + (i === j ? 1 : 0)))],
  ['huge entries', (n) => symmetric(n, (i, j) => 1e300 * wave(i, j))],
  ['tiny entries', (n) => symmetric(n, (i, j) => 1e-290 * wave(i, j))],
];

const largest = (x: Float64Array): number => x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe('eigenSymmetric', () => {
  describe.each(kinds)('of %s', (_, matrix) => {
    it.each([1, 2, 3, 5, 10, 31, 33, 65, 66, 100, 193])('is backward stable and orthogonal, n = %i', (n) => {
      const a = matrix(n);
      const { values, vectors } = eigenSymmetric(a, n);
      const unit = n * Number.EPSILON;
      const norm = largest(values) || 1;
      const inner = gemm(n, n, n, vectors, vectors, { transposeB: true });
      for (let i = 0; i < n; i++) inner[i * n + i] -= 1;
      expect(largest(inner) / unit).toBeLessThan(lapackRatio);
      const residual = gemm(n, n, n, vectors, a);
      for (let at = 0; at < n * n; at++) residual[at] -= values[Math.floor(at / n)] * vectors[at];
      expect(largest(residual) / (unit * norm)).toBeLessThan(lapackRatio);
      expect(values).toEqual(values.slice().sort());
      const alone = eigenvaluesSymmetric(a, n);
      expect(largest(alone.map((value, i) => value - values[i])) / (unit * norm)).toBeLessThan(lapackRatio);
    });
  });

  it('knows the spectrum of second differences', () => {
    const n = 150;
    const a = symmetric(n, (i, j) => (i === j ? 2 : i - j === 1 ? -1 : 0));
    const exact = Float64Array.from(
      { length: n },
      (_, i) => 4 * Math.sin((Math.PI * (i + 1)) / (2 * n + 2)) ** 2,
    );
    expect(relativeError(eigenSymmetric(a, n).values, exact)).toBeLessThan(tolerance.f64.rounding);
  });

  it('agrees with ml-matrix', () => {
    const n = 120;
    const a = symmetric(n, wave);
    const other = new EigenvalueDecomposition(Matrix.from1DArray(n, n, a), { assumeSymmetric: true });
    const expected = Float64Array.from(other.realEigenvalues).sort();
    expect(relativeError(eigenSymmetric(a, n).values, expected)).toBeLessThan(tolerance.f64.rounding);
  });

  it('reads the upper triangle alone, and leaves its argument as it is', () => {
    const n = 70;
    const a = symmetric(n, wave);
    const upper = a.map((value, at) => (at % n < Math.floor(at / n) ? 99 : value));
    const before = upper.slice();
    expect(eigenSymmetric(upper, n)).toEqual(eigenSymmetric(a, n));
    expect(upper).toEqual(before);
  });

  it('takes a matrix of no rows', () => {
    const empty = new Float64Array(0);
    expect(eigenSymmetric(empty, 0)).toEqual({ values: empty, vectors: empty });
    expect(eigenvaluesSymmetric(empty, 0)).toEqual(empty);
  });

  it('refuses NaN, infinities and wrong lengths', () => {
    expect(() => eigenSymmetric(Float64Array.of(1, NaN, NaN, 1), 2)).toThrow(NonFiniteError);
    expect(() => eigenSymmetric(new Float64Array(3), 2)).toThrow(ShapeError);
    expect(
      refusals([
        () => eigenSymmetric(Float64Array.of(1, NaN, NaN, 1), 2),
        () => eigenvaluesSymmetric(Float64Array.of(1, 2, 2, Infinity), 2),
        () => eigenSymmetric(new Float64Array(3), 2),
      ]),
    ).toMatchInlineSnapshot(`
      [
        "NonFiniteError: linalg: a needs finite entries, got NaN at [0, 1]. Clean the data first.",
        "NonFiniteError: linalg: a needs finite entries, got Infinity at [1, 1]. Clean the data first.",
        "ShapeError: linalg: a needs 4 entries, got 3.",
      ]
    `);
  });
});
