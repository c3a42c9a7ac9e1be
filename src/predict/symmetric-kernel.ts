import { NotPositiveDefiniteError } from '../base/errors.js';
import type { EigenDecomposition } from '../linalg/eigen.js';
import type { Work } from './work.js';

/**
 * A symmetric kernel `[n, n]` of training outputs with its ridge, A. What is made of it, a Cholesky factor or eigenvectors, is kept.
 */
export class SymmetricKernel {
  readonly a: Float64Array;
  readonly n: number;
  readonly #where: string;
  readonly #name: string;
  #factor: Float64Array | null = null;
  #eigen: EigenDecomposition | null = null;

  constructor(where: string, name: string, a: Float64Array, n: number) {
    this.#where = where;
    this.#name = name;
    this.a = a;
    this.n = n;
  }

  /** A⁻¹B for B `[n, columns]`. @throws NotPositiveDefiniteError */
  async solve(b: Float64Array, columns: number, work: Work): Promise<Float64Array> {
    if (this.#factor === null) {
      work.expect(1);
      const result = await work.call('cholesky', this.a, this.n);
      if (!result.ok) throw this.#singular(`its factorisation fails at row ${result.failedAt} of ${this.n}`);
      this.#factor = result.factor;
    }
    work.expect(1);
    return work.call('choleskySolve', this.#factor, this.n, b, columns);
  }

  /** A = Vᵀ diag(λ) V. */
  async eigen(work: Work): Promise<EigenDecomposition> {
    if (this.#eigen === null) {
      work.expect(1);
      this.#eigen = await work.call('eigenSymmetric', this.a, this.n);
    }
    return this.#eigen;
  }

  /** Refuses to train to convergence what has directions in which it does not move. @throws NotPositiveDefiniteError */
  expectRegular({ values }: EigenDecomposition): void {
    const [least, most] = [values[0], values[values.length - 1]];
    if (least > this.n * Number.EPSILON * most) return;
    throw this.#singular(`its eigenvalues reach from ${least} to ${most}`);
  }

  #singular(evidence: string): NotPositiveDefiniteError {
    return new NotPositiveDefiniteError(
      `${this.#where}: ${this.#name} must be positive definite to be trained on to convergence, but ${evidence}. ` +
        'Raise diagReg, e.g. to 1e-6, or remove repeated samples.',
    );
  }
}
