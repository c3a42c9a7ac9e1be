import type { Matrix } from 'ml-matrix';
import { byDefault, type Complete, isAmount, oneOf, rule } from '../base/options.js';
import { readSquare } from './check-matrix.js';
import {
  type PositiveDefiniteFactor,
  type PositiveDefiniteOptions,
  positiveDefiniteOptions,
  safeCholesky,
} from './safe-cholesky.js';

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

/** A ridge. */
export const ridgeAmount = (example: string) =>
  rule('needs a finite number of at least 0', isAmount, `Pass e.g. ${example}.`);

/** {@link RidgeOptions}. */
export const ridgeOptions = {
  reg: byDefault(1e-6, ridgeAmount('1e-6')),
  regScale: byDefault('trace', oneOf<RegScale>(['trace', 'absolute'], 'needs')),
  ...positiveDefiniteOptions,
};

/**
 * Factorises A = K + ridge·I for a Gram matrix `gram` `[n, n]`, called `name` in errors.
 *
 * @throws ShapeError, NonFiniteError, NotPositiveDefiniteError as `kernelRidge` does.
 */
export async function ridgeSystem(
  where: string,
  name: string,
  gram: Matrix,
  options: Complete<typeof ridgeOptions>,
): Promise<RidgeSystem> {
  const n = gram.rows;
  const a = readSquare(where, name, gram);
  const ridge = addRidge(a, n, options);
  const { solve } = await safeCholesky(a, n, options, { where, name, ridge });
  return { ridge, solve };
}

/** Adds the ridge to a Gram matrix `[n, n]`, and returns what it added to every diagonal entry. */
export function addRidge(
  a: Float64Array,
  n: number,
  { reg, regScale }: Pick<Complete<typeof ridgeOptions>, 'reg' | 'regScale'>,
): number {
  let trace = 0;
  for (let i = 0; i < n; i++) trace += a[i * n + i];
  const ridge = regScale === 'trace' ? (reg * trace) / n : reg;
  for (let i = 0; i < n; i++) a[i * n + i] += ridge;
  return ridge;
}
