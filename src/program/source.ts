import type { Tensor } from '@tensorflow/tfjs';

/** A covariance of the result. NNGP and NTK are over pairs of samples, cov1 and cov2 over each sample itself. */
export type CovarianceField = 'nngp' | 'ntk' | 'cov1' | 'cov2';

/**
 * Covariances as tensors, spatial axes in adjacent pairs (one of x1's, one of x2's positions):
 * nngp and ntk `[n1, n2, h, h', w, w', …]`, cov1 `[n1, h, h', …]`, cov2 `[n2, h, h', …]`.
 * `ntk` null: identically zero (before any weights). `cov2` null: x2 is x1.
 */
export interface Covariances {
  readonly nngp: Tensor;
  readonly ntk: Tensor | null;
  readonly cov1: Tensor;
  readonly cov2: Tensor | null;
}

/** Between which positions: any two, or each and itself alone. */
export type Positions = 'all' | 'equal';

/** What a Program starts from. */
export interface Source {
  /** Rows (`RowLayout`) of x1's samples, `[n1, rowSize]` (or another shape of as many numbers); absent if no op reads them. */
  readonly x1?: Tensor;
  /** Rows of x2's samples; null or absent: x1 itself. */
  readonly x2?: Tensor | null;
  /** The covariances that `given` ops stand for, in their order. */
  readonly given?: readonly Covariances[];
}
