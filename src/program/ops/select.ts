import type { OpBase } from '../program.js';
import { mapCovariances, multiplyAxis, selection } from './pair-covariances.js';
import { combinations, type OpRule } from './rule.js';

/**
 * Circular padding: K'[P,P'] = K[(P − low) mod n, (P' − low) mod n], n the input's size on that axis. Θ alike.
 *
 * CIRCULAR convolutions and pools are this op followed by the VALID ones.
 */
export interface WrapOp extends OpBase<'wrap'> {
  readonly low: readonly number[];
}

/** How executors run `wrap`. */
export const wrapRule: OpRule<WrapOp> = {
  needs: (_op, offset, inputShape) =>
    combinations(
      inputShape.map((size, axis) => {
        const residue = modulo(offset[axis], size);
        return residue === 0 ? [0] : [residue, residue - size];
      }),
    ),
  evaluate: (op, [input]) =>
    mapCovariances(input, op.shape, (k) =>
      op.shape.reduce((result, out, axis) => {
        const size = input.shape[axis];
        const picks = Array.from({ length: out }, (_, P) => modulo(P - op.low[axis], size));
        const sizes = [...op.shape.slice(0, axis), ...input.shape.slice(axis)];
        return multiplyAxis(result, sizes, axis, selection(picks, size));
      }, k),
    ),
};

const modulo = (a: number, n: number): number => ((a % n) + n) % n;
