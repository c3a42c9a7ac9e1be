import type { OpBase } from './op.js';
import { combinations, type OpRule } from './rule.js';

/** K'[P,P'] = Σ_p Σ_p' M[P,p]·M[P',p']·K[p,p'], M being the product of one matrix per axis. Θ alike. */
export interface MixOp extends OpBase<'mix'> {
  /** Per axis `[out, in]`; null leaves the axis as it is. */
  readonly matrices: readonly (readonly (readonly number[])[] | null)[];
}

/** What executors have to know of `mix`. */
export const mixRule: OpRule<MixOp> = {
  needs: ({ matrices }, displacement) =>
    combinations(
      matrices.map((matrix, axis) =>
        matrix ? displacements(matrix, displacement[axis]) : [displacement[axis]],
      ),
    ),
};

/** The different p' − p of positions that rows P and P + d of a matrix read, smallest first. */
function displacements(matrix: readonly (readonly number[])[], d: number): number[] {
  const found = new Set<number>();
  for (let P = Math.max(0, -d); P < matrix.length - Math.max(0, d); P++) {
    matrix[P].forEach((weight, p) => {
      matrix[P + d].forEach((weight2, p2) => {
        if (weight !== 0 && weight2 !== 0) found.add(p2 - p);
      });
    });
  }
  return [...found].sort((a, b) => a - b);
}
