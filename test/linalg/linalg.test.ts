import { describe, expect, it } from 'vitest';
import { ShapeError, UnsupportedError } from '../../src/base/errors.js';
import { cholesky, choleskySolve } from '../../src/linalg/cholesky.js';
import { appendRows, solveAppended } from '../../src/linalg/least-squares.js';
import { gemm } from '../../src/linalg/product.js';
import { relativeError } from '../support/compare.js';
import { tolerance } from '../support/tolerance.js';

const { rounding } = tolerance.f64;
const { lapackRatio } = tolerance.linalg;

const wave = (length: number, phase = 1, mul = 1.3): Float64Array =>
  Float64Array.from({ length }, (_, k) => Math.sin(phase + mul * k + 1e-3 * k * k));

/** Entry [i, j] of a·b for a `[m, k]`, b `[k, n]`. */
const entry = (a: Float64Array, b: Float64Array, k: number, n: number, i: number, j: number): number => {
  let sum = 0;
  for (let p = 0; p < k; p++) sum += a[i * k + p] * b[p * n + j];
  return sum;
};

const product = (m: number, n: number, k: number, a: Float64Array, b: Float64Array): Float64Array =>
  Float64Array.from({ length: m * n }, (_, at) => entry(a, b, k, n, Math.floor(at / n), at % n));

const transpose = (a: Float64Array, rows: number, columns: number): Float64Array =>
  Float64Array.from({ length: a.length }, (_, at) => a[(at % rows) * columns + Math.floor(at / rows)]);

/** W Wᵀ + ridge·I for a wave W `[n, n]`. */
const positiveDefinite = (n: number, ridge: number): Float64Array => {
  const w = wave(n * n);
  const a = gemm(n, n, n, w, w, { transposeB: true });
  for (let i = 0; i < n; i++) a[i * n + i] += ridge;
  return a;
};

/** Largest sum of absolute values of a row. */
const rowNorm = (a: Float64Array, columns: number): number => {
  let largest = 0;
  for (let i = 0; i < a.length; i += columns) {
    largest = Math.max(
      largest,
      a.subarray(i, i + columns).reduce((sum, value) => sum + Math.abs(value), 0),
    );
  }
  return largest;
};

describe('gemm', () => {
  it.each([
    [1, 1, 1],
    [3, 5, 7],
    [4, 8, 256],
    [5, 9, 257],
    [17, 33, 513],
    [2, 515, 3],
    [6, 2, 0],
  ])('multiplies [%i × %i] over %i', (m, n, k) => {
    const [a, b] = [wave(m * k), wave(k * n, 2, 0.7)];
    expect(relativeError(gemm(m, n, k, a, b), product(m, n, k, a, b))).toBeLessThan(rounding);
  });

  it('multiplies transposes to the same bits', () => {
    const [m, n, k] = [13, 11, 300];
    const [a, b] = [wave(m * k), wave(k * n, 2, 0.7)];
    const expected = gemm(m, n, k, a, b);
    expect(gemm(m, n, k, transpose(a, m, k), b, { transposeA: true })).toEqual(expected);
    expect(gemm(m, n, k, a, transpose(b, k, n), { transposeB: true })).toEqual(expected);
  });

  it('gives every entry the same bits, however rows and columns are tiled', () => {
    const [m, n, k] = [11, 21, 700];
    const [a, b] = [wave(m * k), wave(k * n, 2, 0.7)];
    const whole = gemm(m, n, k, a, b);
    for (let i = 0; i < m; i++) {
      expect(gemm(1, n, k, a.slice(i * k, (i + 1) * k), b)).toEqual(whole.slice(i * n, (i + 1) * n));
    }
    const columns = Float64Array.from({ length: k * 3 }, (_, at) => b[Math.floor(at / 3) * n + 9 + (at % 3)]);
    const part = gemm(m, 3, k, a, columns);
    for (let i = 0; i < m; i++) {
      expect(part.slice(i * 3, i * 3 + 3)).toEqual(whole.slice(i * n + 9, i * n + 12));
    }
  });

  it('gives the same bits to a column by itself, of a matrix and of a transpose', () => {
    const [m, n, k] = [37, 2, 600];
    const [a, b] = [wave(m * k), wave(k * n, 2, 0.7)];
    const whole = gemm(m, n, k, a, b);
    const first = (matrix: Float64Array) => matrix.filter((_, at) => at % n === 0);
    expect(gemm(m, 1, k, a, first(b))).toEqual(first(whole));
    expect(gemm(m, 1, k, transpose(a, m, k), first(b), { transposeA: true })).toEqual(first(whole));
  });

  it('refuses arrays of the wrong length', () => {
    const call = () => gemm(2, 2, 2, new Float64Array(4), new Float64Array(3));
    expect(call).toThrow(ShapeError);
    expect(call).toThrowErrorMatchingInlineSnapshot(`[ShapeError: linalg: b needs 4 entries, got 3.]`);
  });

  it('refuses matrices beyond the memory of WebAssembly', () => {
    const call = () => gemm(40000, 40000, 0, new Float64Array(0), new Float64Array(0));
    expect(call).toThrow(UnsupportedError);
    expect(call).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: linalg: the matrices need 11.92 GiB, WebAssembly addresses at most 4 GiB. Use smaller matrices.]`,
    );
    expect(gemm(1, 1, 1, Float64Array.of(2), Float64Array.of(3))).toEqual(Float64Array.of(6));
  });
});

describe('cholesky', () => {
  it.each([1, 2, 3, 5, 10, 16, 17, 50, 65, 200])('factors and solves to backward stability, n = %i', (n) => {
    const a = positiveDefinite(n, 0.5);
    const result = cholesky(a, n);
    if (!result.ok) throw new Error(`failed at ${result.failedAt}`);
    const { factor } = result;
    const unit = n * Number.EPSILON;
    const back = gemm(n, n, n, factor, factor, { transposeB: true });
    expect(
      rowNorm(
        back.map((value, i) => value - a[i]),
        n,
      ) /
        (unit * rowNorm(a, n)),
    ).toBeLessThan(lapackRatio);
    for (const columns of [1, 2, 15]) {
      const b = wave(n * columns, 3);
      const x = choleskySolve(factor, n, b, columns);
      const error = gemm(n, columns, n, a, x).map((value, i) => value - b[i]);
      const scale = unit * rowNorm(a, n) * rowNorm(x, columns);
      expect(rowNorm(error, columns) / scale).toBeLessThan(lapackRatio);
    }
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) expect(factor[i * n + j]).toBe(0);
  });

  it('solves with the factor that it is given, whatever was done since', () => {
    const n = 20;
    const factors = [1, 2].map((ridge) => cholesky(positiveDefinite(n, ridge), n));
    const b = wave(n);
    const solve = () => factors.map((result) => result.ok && choleskySolve(result.factor, n, b, 1));
    const solutions = solve();
    expect(solutions[0]).not.toEqual(solutions[1]);
    gemm(n, n, n, wave(n * n), wave(n * n));
    expect(solve()).toEqual(solutions);
    expect(solve().reverse()).toEqual([...solutions].reverse());
  });

  it('reads the lower triangle alone', () => {
    const n = 40;
    const a = positiveDefinite(n, 1);
    const lower = a.map((value, at) => (at % n > Math.floor(at / n) ? Number.NaN : value));
    expect(cholesky(lower, n)).toEqual(cholesky(a, n));
  });

  it.each([0, 7, 16, 39])('says at which row an indefinite matrix fails: %i', (row) => {
    const n = 40;
    const a = positiveDefinite(n, 1);
    a[row * n + row] = -1;
    expect(cholesky(a, n)).toEqual({ ok: false, failedAt: row });
  });

  it('takes what rounding leaves of a repeated row as singular', () => {
    const n = 40;
    const w = wave(n * n);
    for (let i = 0; i < n; i++) w[i * n + i] += 10;
    w.copyWithin(31 * n, 4 * n, 5 * n);
    expect(cholesky(gemm(n, n, n, w, w, { transposeB: true }), n)).toEqual({ ok: false, failedAt: 31 });
  });

  it('fails on NaN and on zeros', () => {
    expect(cholesky(new Float64Array(9), 3)).toEqual({ ok: false, failedAt: 0 });
    expect(cholesky(new Float64Array(9).fill(Number.NaN), 3)).toEqual({ ok: false, failedAt: 0 });
  });

  it('has an empty factor of an empty matrix', () => {
    expect(cholesky(new Float64Array(0), 0)).toEqual({ ok: true, factor: new Float64Array(0) });
  });
});

describe('appendRows', () => {
  const [n, columns, rows] = [37, 3, 120];
  const width = n + columns;
  const [a, b] = [wave(rows * n), wave(rows * columns, 4, 0.9)];
  const ridge = 1e-3;

  /** Appends all rows in blocks of these sizes. */
  const append = (sizes: readonly number[]) => {
    const state = new Float64Array(n * width);
    for (let i = 0; i < n; i++) state[i * width + i] = Math.sqrt(ridge);
    let residual = 0;
    let from = 0;
    for (const size of sizes) {
      const block = new Float64Array(width * size);
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < n; j++) block[j * size + i] = a[(from + i) * n + j];
        for (let j = 0; j < columns; j++) block[(n + j) * size + i] = b[(from + i) * columns + j];
      }
      residual += appendRows(state, n, columns, block, size);
      from += size;
    }
    return { state, residual };
  };

  it.each([[[120]], [[1, 64, 50, 5]], [[60, 60]]])('solves least squares from blocks of %j rows', (sizes) => {
    const { state, residual } = append(sizes);
    const x = solveAppended(state, n, columns);
    const normal = gemm(n, n, rows, a, a, { transposeA: true });
    for (let i = 0; i < n; i++) normal[i * n + i] += ridge;
    const factored = cholesky(normal, n);
    if (!factored.ok) throw new Error(`failed at ${factored.failedAt}`);
    const expected = choleskySolve(
      factored.factor,
      n,
      gemm(n, columns, rows, a, b, { transposeA: true }),
      columns,
    );
    expect(relativeError(x, expected)).toBeLessThan(tolerance.linalg.normalEquations);
    const misfit = gemm(rows, columns, n, a, x).reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);
    const penalty = ridge * x.reduce((sum, value) => sum + value * value, 0);
    expect(relativeError([residual], [misfit + penalty])).toBeLessThan(rounding);
  });

  it('skips a column of zeros', () => {
    const state = new Float64Array(6);
    const residual = appendRows(state, 2, 1, Float64Array.of(0, 0, 3, 4, 1, 1), 2);
    expect([...state.slice(0, 3)]).toEqual([0, 0, 0]);
    expect(Math.abs(state[4])).toBeCloseTo(5, 14);
    expect(residual).toBeCloseTo(2 - (7 / 5) ** 2, 14);
  });
});
