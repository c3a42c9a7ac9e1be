import type { OpBase } from './op.js';
import { combinations, type OpRule } from './rule.js';

/**
 * Positions of the input in another order: K'[P,P'] = K[at[P], at[P']], and 0 where a position is −1. Θ alike.
 *
 * Circular padding repeats positions, slices leave some out, branches side by side have nothing (−1) where the others are.
 */
export interface SelectOp extends OpBase<'select'> {
  /**
   * One entry per axis of the input: the input position of each position of the result, −1 for nothing there; or a
   * single number, which takes that position and leaves the axis out.
   */
  readonly at: readonly (number | readonly number[])[];
}

/** What executors have to know of `select`. */
export const selectRule: OpRule<SelectOp> = {
  needs({ at }, displacement) {
    let axis = 0;
    return combinations(
      at.map((places) => (typeof places === 'number' ? [0] : displacements(places, displacement[axis++]))),
    );
  },
};

/** The different at[P + d] − at[P], smallest first. */
function displacements(at: readonly number[], d: number): number[] {
  const found = new Set<number>();
  for (let P = Math.max(0, -d); P < at.length - Math.max(0, d); P++) {
    if (at[P] >= 0 && at[P + d] >= 0) found.add(at[P + d] - at[P]);
  }
  return [...found].sort((a, b) => a - b);
}
