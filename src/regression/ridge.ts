import type { Matrix } from 'ml-matrix';
import { readSquare } from './check-matrix.js';
import { type PositiveDefiniteFactor, type PositiveDefiniteOptions, safeCholesky } from './safe-cholesky.js';

/** What a ridge is a multiple of: the mean of the Gram matrix's diagonal, or 1. */
export type RegScale = 'trace' | 'absolute';

/** Options of a ridge, shared by all that regress. */
export interface RidgeOptions extends PositiveDefiniteOptions {
  /** The ridge, at least 0; default 1e-6. */
  readonly reg?: number;
  /** `'trace'` (default): reg·tr(K)/n is added to the diagonal; `'absolute'`: reg itself. */
  readonly regScale?: RegScale;
}

/** A Gram matrix with its ridge, factorised. */
export interface RidgeSystem extends PositiveDefiniteFactor {
  /** What was added to every diagonal entry, in the kernel's units; without jitter. */
  readonly ridge: number;
}

/** @throws RangeError when `reg` is negative or not finite, or `regScale` is neither of its two values. */
export function checkRidge(where: string, { reg = 1e-6, regScale = 'trace' }: RidgeOptions): void {
  if (!(Number.isFinite(reg) && reg >= 0)) {
    throw new RangeError(`${where}: reg needs a finite number of at least 0, got ${reg}. Pass e.g. 1e-6.`);
  }
  if (regScale !== 'trace' && regScale !== 'absolute') {
    throw new RangeError(`${where}: regScale needs 'trace' or 'absolute', got ${String(regScale)}.`);
  }
}

/**
 * Factorises A = K + ridge·I for a Gram matrix `gram` `[n, n]`, called `name` in errors.
 *
 * @throws RangeError, ShapeError, NonFiniteError, NotPositiveDefiniteError as `kernelRidge` does.
 */
export async function ridgeSystem(
  where: string,
  name: string,
  gram: Matrix,
  options: RidgeOptions,
): Promise<RidgeSystem> {
  checkRidge(where, options);
  const { reg = 1e-6, regScale = 'trace' } = options;
  const n = gram.rows;
  const a = readSquare(where, name, gram);
  const ridge = regScale === 'trace' ? (reg * gram.trace()) / n : reg;
  for (let i = 0; i < n; i++) a[i * n + i] += ridge;
  const { solve } = await safeCholesky(a, n, options, { where, name, ridge });
  return { ridge, solve };
}
