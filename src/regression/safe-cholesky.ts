import type { Matrix } from 'ml-matrix';
import { NotPositiveDefiniteError } from '../base/errors.js';
import { rowMajor, takeRowMajor } from '../base/matrix.js';
import { byDefault, type Complete, type Option } from '../base/options.js';
import { signal } from '../base/work-options.js';
import { offThread } from '../linalg/off-thread.js';
import { checkFinite, checkRows } from './check-matrix.js';

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
  /** Ends the work; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The steps of a ladder. */
const jitter: Option<boolean | JitterLadder> = (given, where, name) => {
  const jitter = given as boolean | JitterLadder;
  const { first, last } = endsOf(jitter);
  if (first > 0 && first <= last && last < 1) return jitter;
  throw new RangeError(
    `${where}: ${name} needs 0 < first <= last < 1, got first ${first}, last ${last}. Pass false to switch it off.`,
  );
};

/** {@link PositiveDefiniteOptions}. */
export const positiveDefiniteOptions = { jitter: byDefault(true, jitter), signal };

/** The first and the last amount of a ladder. */
function endsOf(jitter: boolean | JitterLadder): Required<JitterLadder> {
  const { first = 1e-10, last = 1e-6 } = typeof jitter === 'boolean' ? {} : jitter;
  return { first, last };
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
  /** Solves A X = B for `b` `[n, columns]`, called `name` in errors. */
  solve(b: Matrix, name?: string): Promise<Solution>;
}

/** Names for error messages, and what the caller already added to the diagonal. */
export interface FactorContext {
  readonly where: string;
  readonly name: string;
  /** The caller's own ridge, in the matrix's own units, already part of the diagonal. */
  readonly ridge: number;
}

/**
 * Factorises a symmetric positive definite matrix `a` `[n, n]` of finite entries, as it is if it can be; if not, with the
 * jitter ladder. The work is done on the thread of linear algebra.
 *
 * Only the lower triangle is factorised; a matrix that is not symmetric shows in the residuals.
 *
 * @throws NotPositiveDefiniteError when the ladder's end is not enough; the message says what ridge is.
 */
export async function safeCholesky(
  a: Float64Array,
  n: number,
  { jitter: allowed, signal }: Complete<typeof positiveDefiniteOptions>,
  { where, name, ridge }: FactorContext,
): Promise<PositiveDefiniteFactor> {
  const ladder = ladderOf(allowed);
  const result = await offThread('factorPositiveDefinite', [a, n, ladder], signal);
  if (!result.ok) {
    const { failedAt, needed, meanDiagonal } = result;
    const tried =
      ladder.length === 0 ? 'jitter is off' : `jitter up to ${ladder.at(-1)} of the mean diagonal was tried`;
    const share =
      meanDiagonal > 0 ? ` (${roundUp((ridge + needed) / (meanDiagonal - ridge))} of the mean diagonal)` : '';
    throw new NotPositiveDefiniteError(
      `${where}: ${name} must be positive definite, its factorisation fails at row ${failedAt} of ${n} (${tried}). ` +
        `A ridge of ${roundUp(ridge + needed)}${share} would have been enough.`,
    );
  }
  const { factor, jitter, attempts, conditionEstimate } = result;
  return {
    async solve(b, name = 'b') {
      checkRows(where, name, b, n);
      checkFinite(where, name, b);
      const { columns } = b;
      const { x, residual } = await offThread('solveFactored', [a, factor, n, rowMajor(b), columns], signal);
      return {
        x: takeRowMajor(x, n, columns),
        evidence: { jitter, attempts, residual, conditionEstimate },
      };
    },
  };
}

function ladderOf(jitter: boolean | JitterLadder): number[] {
  if (jitter === false) return [];
  const { first, last } = endsOf(jitter);
  const ladder: number[] = [];
  // The factor absorbs rounding: 1e-10 · 10⁴ may come out just above 1e-6.
  for (let rung = first; rung <= last * (1 + 1e-9); rung *= 10) ladder.push(Number(rung.toPrecision(12)));
  return ladder;
}

/** Two significant digits, not below `x`. */
function roundUp(x: number): string {
  const unit = 10 ** (Math.floor(Math.log10(x)) - 1);
  return (Math.ceil(x / unit - 1e-9) * unit).toPrecision(2);
}
