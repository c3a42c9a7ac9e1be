import type { Matrix } from 'ml-matrix';
import { NotPositiveDefiniteError } from '../base/errors.js';
import { fromRowMajor, rowMajor } from '../base/matrix.js';
import { type CholeskyResult, cholesky, choleskySolve, gemm } from '../linalg/linalg.js';
import { checkFinite, checkRows, checkSquare } from './check-matrix.js';
import { conditionEstimate } from './condition.js';

/** Amounts that are added to the diagonal of a matrix that cannot be factorised as it is, relative to its mean. */
export interface JitterLadder {
  /** The first amount, then ten times as much at each attempt; default 1e-10. */
  readonly first?: number;
  /** The cap, default 1e-6. */
  readonly last?: number;
}

/** Options of {@link solvePositiveDefinite}. */
export interface PositiveDefiniteOptions {
  /** What to add to the diagonal if the factorisation fails, default `true`: the ladder's defaults. `false`: nothing. */
  readonly jitter?: boolean | JitterLadder;
}

/** How far a solution can be trusted. */
export interface SolveEvidence {
  /** What had to be added to the diagonal, in the matrix's own units; 0 where it could be factorised as it was. */
  readonly jitter: number;
  /** Factorisations tried; 1 when the first went through. */
  readonly attempts: number;
  /** ‖B − A X‖ / ‖B‖ in the Frobenius norm, A without the jitter: what the jitter cost shows here. 0 if B is 0. */
  readonly residual: number;
  /** Estimate (a lower bound) of the 1-norm condition number of what was factorised. */
  readonly conditionEstimate: number;
}

/** X with A X = B, and how far to trust it. */
export interface Solution {
  /** `[n, columns]`, as the right-hand side. */
  readonly x: Matrix;
  readonly evidence: SolveEvidence;
}

/** A factorised positive definite matrix. */
export interface PositiveDefiniteFactor {
  /** As in {@link SolveEvidence}. */
  readonly jitter: number;
  /** As in {@link SolveEvidence}. */
  readonly attempts: number;
  /** As in {@link SolveEvidence}. */
  readonly conditionEstimate: number;
  /** Solves A X = B for `b` `[n, columns]`, called `name` in errors. */
  solve(b: Matrix, name?: string): Solution;
}

/** Names for error messages, and what the caller already added to the diagonal. */
export interface FactorContext {
  readonly where: string;
  readonly name: string;
  /** The caller's own ridge, in the matrix's own units, already part of the diagonal. */
  readonly ridge: number;
}

const FIRST_JITTER = 1e-10;
const LAST_JITTER = 1e-6;

/**
 * Factorises a symmetric positive definite matrix `[n, n]`, as it is if it can be; if not, with the jitter ladder.
 *
 * Only the lower triangle is factorised; a matrix that is not symmetric shows in the residuals.
 *
 * @throws ShapeError when `a` is not square or is empty.
 * @throws NonFiniteError when an entry is NaN or infinite.
 * @throws RangeError when the ladder is not one.
 * @throws NotPositiveDefiniteError when the ladder's end is not enough; the message says what ridge is.
 */
export function safeCholesky(
  a: Matrix,
  options: PositiveDefiniteOptions = {},
  context: FactorContext = { where: 'safeCholesky', name: 'a', ridge: 0 },
): PositiveDefiniteFactor {
  const { where, name } = context;
  checkSquare(where, name, a);
  const n = a.rows;
  const data = rowMajor(a);
  const oneNorm = rowNorm(data, n);
  // Finite entries nearly always have a finite sum, which is needed anyway.
  if (!Number.isFinite(oneNorm)) checkFinite(where, name, a);
  const ladder = ladderOf(where, options.jitter ?? true);
  const meanDiagonal = traceOf(data, n) / n;
  let attempts = 0;
  for (const relative of [0, ...ladder]) {
    const jitter = relative * meanDiagonal;
    const result = factorWith(data, n, jitter);
    attempts++;
    if (result.ok) return factorOf(data, oneNorm, result.factor, jitter, attempts, where);
    // Jitter relative to a mean diagonal that is not positive would make matters worse.
    if (!(meanDiagonal > 0)) break;
  }
  const { failedAt } = factorWith(data, n, 0) as { failedAt: number };
  const tried =
    ladder.length === 0 ? 'jitter is off' : `jitter up to ${ladder.at(-1)} of the mean diagonal was tried`;
  throw new NotPositiveDefiniteError(
    `${where}: ${name} must be positive definite, its factorisation fails at row ${failedAt} of ${n} (${tried}). ` +
      remedy(data, n, meanDiagonal, context.ridge),
  );
}

function ladderOf(where: string, jitter: boolean | JitterLadder): number[] {
  if (jitter === false) return [];
  const { first = FIRST_JITTER, last = LAST_JITTER } = jitter === true ? {} : jitter;
  if (!(first > 0 && first <= last && last < 1)) {
    throw new RangeError(
      `${where}: jitter needs 0 < first <= last < 1, got first ${first}, last ${last}. Pass false to switch it off.`,
    );
  }
  const ladder: number[] = [];
  // The factor absorbs rounding: 1e-10 · 10⁴ may come out just above 1e-6.
  for (let rung = first; rung <= last * (1 + 1e-9); rung *= 10) ladder.push(Number(rung.toPrecision(12)));
  return ladder;
}

function traceOf(data: Float64Array, n: number): number {
  let trace = 0;
  for (let i = 0; i < n; i++) trace += data[i * n + i];
  return trace;
}

function factorWith(data: Float64Array, n: number, shift: number): CholeskyResult {
  if (shift === 0) return cholesky(data, n);
  const shifted = data.slice();
  for (let i = 0; i < n; i++) shifted[i * n + i] += shift;
  return cholesky(shifted, n);
}

/** What ridge would do: the smallest power of ten, relative to the matrix's scale, that makes it positive definite. */
function remedy(data: Float64Array, n: number, meanDiagonal: number, ridge: number): string {
  const scale = meanDiagonal > 0 ? meanDiagonal : rowNorm(data, n) || 1;
  let exponent = -15;
  // Ends: by Gershgorin a shift above the largest row sum makes any matrix positive definite.
  while (exponent < 308 && !factorWith(data, n, 10 ** exponent * scale).ok) exponent++;
  const needed = ridge + 10 ** exponent * scale;
  const share = meanDiagonal > 0 ? ` (${roundUp(needed / (meanDiagonal - ridge))} of the mean diagonal)` : '';
  return `A ridge of ${roundUp(needed)}${share} would have been enough.`;
}

/** Two significant digits, not below `x`. */
function roundUp(x: number): string {
  const unit = 10 ** (Math.floor(Math.log10(x)) - 1);
  return (Math.ceil(x / unit - 1e-9) * unit).toPrecision(2);
}

/** The largest sum of absolute values of a row; of a symmetric matrix, the 1-norm. */
function rowNorm(data: Float64Array, columns: number): number {
  let largest = 0;
  for (let i = 0; i < data.length; i += columns) {
    // Two sums, as additions to one wait for each other.
    let [even, odd] = [0, columns % 2 === 0 ? 0 : Math.abs(data[i + columns - 1])];
    for (let at = i; at < i + columns - 1; at += 2) {
      even += Math.abs(data[at]);
      odd += Math.abs(data[at + 1]);
    }
    largest = Math.max(largest, even + odd);
  }
  return largest;
}

function factorOf(
  data: Float64Array,
  oneNorm: number,
  factor: Float64Array,
  jitter: number,
  attempts: number,
  where: string,
): PositiveDefiniteFactor {
  const n = Math.sqrt(data.length);
  const condition = conditionEstimate(factor, n, oneNorm + jitter);
  return {
    jitter,
    attempts,
    conditionEstimate: condition,
    solve(b, name = 'b') {
      checkRows(where, name, b, n);
      checkFinite(where, name, b);
      const right = rowMajor(b);
      const x = choleskySolve(factor, n, right, b.columns);
      const fitted = gemm(n, b.columns, n, data, x);
      const size = norm(right);
      const residual = size === 0 ? 0 : norm(fitted.map((value, i) => value - right[i])) / size;
      return {
        x: fromRowMajor(x, n, b.columns),
        evidence: { jitter, attempts, residual, conditionEstimate: condition },
      };
    },
  };
}

function norm(x: Float64Array): number {
  let sum = 0;
  for (const value of x) sum += value * value;
  return Math.sqrt(sum);
}
