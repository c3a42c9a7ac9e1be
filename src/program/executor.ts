import type { Tensor } from '@tensorflow/tfjs';
import type { Program } from './program.js';
import type { CovarianceField, Positions, Source } from './source.js';

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
