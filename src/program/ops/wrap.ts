import type { OpBase } from '../program.js';
import { combinations, type OpRule } from './rule.js';

/**
 * Circular padding: K'[P,P'] = K[(P − low) mod n, (P' − low) mod n], n the input's size on that axis. Θ alike.
 *
 * CIRCULAR convolutions and pools are this op followed by the VALID ones.
 */
export interface WrapOp extends OpBase<'wrap'> {
  readonly low: readonly number[];
}

/** How executors run WrapOp. */
export const wrapRule: OpRule<WrapOp> = {
  needs: (_op, offset, inputShape) =>
    combinations(
      inputShape.map((size, axis) => {
        const residue = ((offset[axis] % size) + size) % size;
        return residue === 0 ? [0] : [residue, residue - size];
      }),
    ),
};
