import type { AnyOp } from './ops/index.js';

/**
 * A network's kernel as data: a list of covariance ops in topological order, each naming the ops it reads.
 *
 * Every value of a Program is a pair of covariances over positions p of x1 and p' of x2: the NNGP K[p, p']
 * and the NTK Θ[p, p'], one such pair for each pair of samples, together with the variances q1[p], q2[p']
 * (the same K of each sample with itself). Plain JSON: it can be printed, hashed and sent to a worker.
 */
export interface Program {
  readonly version: 1;
  /** Numbers of a sample's row (`RowLayout`). */
  readonly rowSize: number;
  /** Numbers of a row that are inputs, the first ones. */
  readonly inputSize: number;
  readonly ops: readonly AnyOp[];
  /** Index in `ops` of the result. */
  readonly output: number;
}
