import { Matrix } from 'ml-matrix';
import { random } from 'neural-tangents';

const keys = random.split(random.key(0));

/** Samples of side `which`, `[count, ...shape]`: normal numbers that are the same in every run, and in bench/nt.py. */
export const samples = (which: 0 | 1, count: number, shape: readonly number[]) =>
  random.normal(keys[which], [count, ...shape]);

/** Coefficients α `[n, classes]` of a ridge regression, the same as in bench/nt.py. */
export const coefficients = (n: number, classes: number): Matrix =>
  filled(n, classes, (i) => Math.sin(i + 1));

/** Labels `[n, classes]`, the same as in bench/nt.py. */
export const labels = (n: number, classes: number): Matrix => filled(n, classes, (i) => Math.cos(i));

/** A matrix of `f` of the row-major index. */
export function filled(rows: number, columns: number, f: (index: number) => number): Matrix {
  return Matrix.from1DArray(
    rows,
    columns,
    Array.from({ length: rows * columns }, (_, i) => f(i)),
  );
}
