import type { SymmetricKernel } from './symmetric-kernel.js';
import type { Work } from './work.js';

/** e^(−λt) − 1: what the distance to the target has lost along an eigenvector, times −1. A λ below 0 is rounding, and counts as 0. */
export const lost = (lambda: number, t: number): number => (lambda > 0 ? Math.expm1(-lambda * t) : 0);

/** e^(−λt). */
export const left = (lambda: number, t: number): number => (lambda > 0 ? Math.exp(-lambda * t) : 1);

/** (1 − e^(−λt))/λ, which tends to t for λ → 0. */
const gained = (lambda: number, t: number): number =>
  lambda > 0 && lambda * t > 1e-300 ? -Math.expm1(-lambda * t) / lambda : t;

/** Gradient flow on a kernel A: functions of A at times t. */
export class Flow {
  readonly #kernel: SymmetricKernel;
  readonly #rate: number;

  /** @param rate what a time counts as in exponents: η/M. */
  constructor(kernel: SymmetricKernel, rate: number) {
    this.#kernel = kernel;
    this.#rate = rate;
  }

  /**
   * A⁻¹(1 − e^(−A·rate·t)) X at each time, side by side `[n, times·columns]`, for X `[n, columns]`.
   *
   * @throws NotPositiveDefiniteError when a time is ∞ and A singular.
   */
  async dual(x: Float64Array, columns: number, times: readonly number[], work: Work): Promise<Float64Array> {
    if (times.every((t) => t === Infinity)) {
      const solved = await this.#kernel.solve(x, columns, work);
      return times.length === 1 ? solved : repeated(solved, columns, times.length);
    }
    if (times.includes(Infinity)) this.#kernel.expectRegular(await this.#kernel.eigen(work));
    return this.apply(gained, x, columns, times, work);
  }

  /** g(A) X at each time, side by side `[n, times·columns]`, for g by eigenvalue and rate·t. */
  async apply(
    g: (lambda: number, t: number) => number,
    x: Float64Array,
    columns: number,
    times: readonly number[],
    work: Work,
  ): Promise<Float64Array> {
    const { n } = this.#kernel;
    const eigen = await this.#kernel.eigen(work);
    work.expect(2);
    const along = await work.call('gemm', n, columns, n, eigen.vectors, x);
    const width = times.length * columns;
    const scaled = new Float64Array(n * width);
    times.forEach((t, k) => {
      for (let i = 0; i < n; i++) {
        const factor = g(eigen.values[i], this.#rate * t);
        for (let o = 0; o < columns; o++)
          scaled[i * width + k * columns + o] = factor * along[i * columns + o];
      }
    });
    return work.call('gemm', n, width, n, eigen.vectors, scaled, { transposeA: true });
  }

  /** g(A) itself at a time, `[n, n]`. */
  async matrix(g: (lambda: number, t: number) => number, t: number, work: Work): Promise<Float64Array> {
    const { n } = this.#kernel;
    const { values, vectors } = await this.#kernel.eigen(work);
    const scaled = vectors.map((entry, at) => entry * g(values[Math.floor(at / n)], this.#rate * t));
    work.expect(1);
    return work.call('gemm', n, n, n, vectors, scaled, { transposeA: true });
  }
}

function repeated(x: Float64Array, columns: number, times: number): Float64Array {
  const out = new Float64Array(x.length * times);
  for (let i = 0; i * columns < x.length; i++) {
    const row = x.subarray(i * columns, (i + 1) * columns);
    for (let k = 0; k < times; k++) out.set(row, (i * times + k) * columns);
  }
  return out;
}

/** The times' parts of what stands side by side `[rows, times·columns]`. */
export function apart(x: Float64Array, rows: number, columns: number, times: number): Float64Array[] {
  return Array.from({ length: times }, (_, k) => {
    const part = new Float64Array(rows * columns);
    for (let i = 0; i < rows; i++) {
      const at = (i * times + k) * columns;
      part.set(x.subarray(at, at + columns), i * columns);
    }
    return part;
  });
}
