import { type CholeskyResult, cholesky, choleskySolve } from './cholesky.js';
import { conditionEstimate } from './condition.js';
import { gemm } from './product.js';

/** A factorised positive definite matrix, or what keeps it from being one. */
export type FactorResult =
  | {
      readonly ok: true;
      /** L with A + jitter·I = L Lᵀ, `[n, n]`. */
      readonly factor: Float64Array;
      /** What was added to the diagonal, in the matrix's own units. */
      readonly jitter: number;
      /** Factorisations tried. */
      readonly attempts: number;
      /** Estimate (a lower bound) of the 1-norm condition number of what was factorised. */
      readonly conditionEstimate: number;
    }
  | {
      readonly ok: false;
      /** The row at which the factorisation of A as it is fails. */
      readonly failedAt: number;
      /** What, added to the diagonal, makes it positive definite: a power of ten of its scale. */
      readonly needed: number;
      readonly meanDiagonal: number;
    };

/**
 * Factorises a symmetric matrix `a` `[n, n]` of finite entries, as it is if it can be; if not, with the first of `ladder` that
 * is enough. Only the lower triangle is factorised.
 *
 * @param ladder what to add to the diagonal, as shares of its mean.
 */
export function factorPositiveDefinite(a: Float64Array, n: number, ladder: readonly number[]): FactorResult {
  const meanDiagonal = traceOf(a, n) / n;
  let attempts = 0;
  for (const relative of [0, ...ladder]) {
    const jitter = relative * meanDiagonal;
    const result = factorWith(a, n, jitter);
    attempts++;
    if (result.ok) {
      const { factor } = result;
      const condition = conditionEstimate(factor, n, rowNorm(a, n) + jitter);
      return { ok: true, factor, jitter, attempts, conditionEstimate: condition };
    }
    // Jitter relative to a mean diagonal that is not positive would make matters worse.
    if (!(meanDiagonal > 0)) break;
  }
  const { failedAt } = factorWith(a, n, 0) as { failedAt: number };
  return { ok: false, failedAt, needed: neededShift(a, n, meanDiagonal), meanDiagonal };
}

/** X with L Lᵀ X = B, and ‖B − A X‖ / ‖B‖ in the Frobenius norm: what the jitter in L cost shows here. 0 if B is 0. */
export function solveFactored(
  a: Float64Array,
  factor: Float64Array,
  n: number,
  b: Float64Array,
  columns: number,
): { readonly x: Float64Array; readonly residual: number } {
  const x = choleskySolve(factor, n, b, columns);
  const fitted = gemm(n, columns, n, a, x);
  const size = norm(b);
  const residual = size === 0 ? 0 : norm(fitted.map((value, i) => value - b[i])) / size;
  return { x, residual };
}

function traceOf(a: Float64Array, n: number): number {
  let trace = 0;
  for (let i = 0; i < n; i++) trace += a[i * n + i];
  return trace;
}

function factorWith(a: Float64Array, n: number, shift: number): CholeskyResult {
  if (shift === 0) return cholesky(a, n);
  const shifted = a.slice();
  for (let i = 0; i < n; i++) shifted[i * n + i] += shift;
  return cholesky(shifted, n);
}

/** The smallest power of ten, relative to the matrix's scale, that makes it positive definite. */
function neededShift(a: Float64Array, n: number, meanDiagonal: number): number {
  const scale = meanDiagonal > 0 ? meanDiagonal : rowNorm(a, n) || 1;
  let exponent = -15;
  // Ends: by Gershgorin a shift above the largest row sum makes any matrix positive definite.
  while (exponent < 308 && !factorWith(a, n, 10 ** exponent * scale).ok) exponent++;
  return 10 ** exponent * scale;
}

/** The largest sum of absolute values of a row; of a symmetric matrix, the 1-norm. */
function rowNorm(a: Float64Array, n: number): number {
  let largest = 0;
  for (let i = 0; i < a.length; i += n) {
    // Two sums, as additions to one wait for each other.
    let [even, odd] = [0, n % 2 === 0 ? 0 : Math.abs(a[i + n - 1])];
    for (let at = i; at < i + n - 1; at += 2) {
      even += Math.abs(a[at]);
      odd += Math.abs(a[at + 1]);
    }
    largest = Math.max(largest, even + odd);
  }
  return largest;
}

function norm(x: Float64Array): number {
  let sum = 0;
  for (const value of x) sum += value * value;
  return Math.sqrt(sum);
}
