import { NotPositiveDefiniteError } from '../base/errors.js';
import { sharedZeros } from '../base/shared-memory.js';
import { offThread } from '../linalg/off-thread.js';

/** Whitening along the eigenvectors of a covariance: W = Vᵀ diag(factors) V. */
export interface Whitening {
  /** `[d]`, 1/√(λ + r). */
  readonly factors: Float64Array;
  /** V `[d, d]`: an eigenvector a row. */
  readonly vectors: Float64Array;
}

/** Columns of the covariance that are computed at a time: those above the diagonal alone. */
const COLUMNS = 512;

/** The covariance of rows without centring them, Xᵀ X / n `[d, d]`, of rows that come in blocks. */
export class Covariance {
  readonly #d: number;
  readonly #sum: Float64Array;
  #rows = 0;

  constructor(d: number) {
    this.#d = d;
    this.#sum = new Float64Array(d * d);
  }

  /** Adds `rows` rows `[rows, d]`. */
  async add(x: Float64Array, rows: number, signal?: AbortSignal): Promise<void> {
    const d = this.#d;
    this.#rows += rows;
    const parts: Float64Array[] = [];
    for (let from = 0; from < d; from += COLUMNS)
      parts.push(columnsOf(x, rows, d, from, Math.min(d, from + COLUMNS)));
    for (const [i, left] of parts.entries()) {
      for (const [j, right] of parts.slice(i).entries()) {
        const [m, n] = [left.length / rows, right.length / rows];
        const product = await offThread('gemm', [m, n, rows, left, right, { transposeA: true }], signal);
        for (let row = 0; row < m; row++) {
          const at = (i * COLUMNS + row) * d + (i + j) * COLUMNS;
          for (let column = 0; column < n; column++) this.#sum[at + column] += product[row * n + column];
        }
      }
    }
  }

  /** The upper triangle of Xᵀ X / n, and n. */
  result(): { readonly upper: Float64Array; readonly rows: number } {
    return { upper: this.#sum.map((value) => value / this.#rows), rows: this.#rows };
  }
}

function columnsOf(x: Float64Array, rows: number, d: number, from: number, to: number): Float64Array {
  const part = sharedZeros('float64', rows * (to - from)) as Float64Array;
  for (let i = 0; i < rows; i++) part.set(x.subarray(i * d + from, i * d + to), i * (to - from));
  return part;
}

/**
 * The whitening (C + r·I)^(−1/2) of a covariance C of n rows, of which the upper triangle is read. Of fewer rows than
 * dimensions, the directions that they do not span are left as they are.
 *
 * @param ridge r, as a share of the mean of C's diagonal.
 */
export async function whiteningOf(
  upper: Float64Array,
  d: number,
  rows: number,
  ridge: number,
  signal?: AbortSignal,
): Promise<Whitening> {
  let trace = 0;
  for (let i = 0; i < d; i++) trace += upper[i * d + i];
  const r = (ridge * trace) / d;
  const { values, vectors } = await offThread('eigenSymmetric', [upper, d], signal);
  const least = values[Math.max(0, d - rows)] + r;
  if (!(least > d * Number.EPSILON * values[d - 1])) {
    throw new NotPositiveDefiniteError(
      `fitPreprocessing: images do not vary in all directions, so ZCA needs a larger ridge than ${ridge}. Pass e.g. zca: 0.1.`,
    );
  }
  // Eigenvalues rise: the first are those that rows do not span.
  const factors = values.map((value, i) => (i < d - rows ? 1 : 1 / Math.sqrt(value + r)));
  return { factors, vectors: shared(vectors) };
}

/** Rows `[rows, d]` times W, or times W⁻¹: through the eigenvectors, twice 2·rows·d² operations. */
export async function applyWhitening(
  { factors, vectors }: Whitening,
  x: Float64Array,
  rows: number,
  inverse: boolean,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const d = factors.length;
  const along = await offThread('gemm', [rows, d, d, x, vectors, { transposeB: true }], signal);
  for (let at = 0; at < along.length; at++) {
    const factor = factors[at % d];
    along[at] = inverse ? along[at] / factor : along[at] * factor;
  }
  return offThread('gemm', [rows, d, d, along, vectors], signal);
}

/** A copy in memory that threads share where the platform has such. */
export function shared(x: Float64Array): Float64Array {
  const copy = sharedZeros('float64', x.length) as Float64Array;
  copy.set(x);
  return copy;
}
