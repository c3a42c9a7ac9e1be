import type { Tensor } from '#tf';
import type { Program } from '../program/program.js';
import type { CovarianceField, Positions } from '../program/result.js';

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

/** What a Program starts from. */
export interface Source {
  /** Rows (`RowLayout`) of x1's samples, `[n1, rowSize]` (or another shape of as many numbers); absent if no op reads them. */
  readonly x1?: Tensor;
  /** Rows of x2's samples; null or absent: x1 itself. */
  readonly x2?: Tensor | null;
  /** The covariances that `given` ops stand for, in their order. */
  readonly given?: readonly Covariances[];
}

/** Something that runs Programs on tensors; its results are differentiable with `tf.grad` in the source. */
export interface Executor {
  readonly name: 'engine' | 'tf';
  /**
   * The wanted fields of the Program's result (float32). A field that is identically zero or does not
   * apply (`cov2` with x2 null) comes as zeros and null respectively.
   *
   * @param positions `all` by default; `equal` gives the diagonals, spatial axes once: `[n1, n2, h, w, …]`, `[n, h, w, …]`.
   */
  evaluate(
    program: Program,
    source: Source,
    want: readonly CovarianceField[],
    positions?: Positions,
  ): Partial<Record<CovarianceField, Tensor | null>>;
}
