import type { OpBase } from './op.js';
import { combinations, type OpRule } from './rule.js';

/**
 * K'[P,P'] = scale · Σ_a Σ_b K[P·s − lo + a, P'·s − lo + b], a and b running over the window independently;
 * positions outside the image count as 0. Θ alike.
 *
 * AvgPool: scale = 1/windowSize²; SumPool: scale = 1. Global pools: window = image, giving shape `[]`.
 */
export interface PoolOp extends OpBase<'pool'> {
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly low: readonly number[];
  readonly scale: number;
}

/** What executors have to know of `pool`. */
export const poolRule: OpRule<PoolOp> = {
  needs: (op, displacement, inputShape) =>
    combinations(
      inputShape.map((size, axis) => {
        const centre = op.strides[axis] * (displacement[axis] ?? 0);
        const reach = op.window[axis] - 1;
        const first = Math.max(centre - reach, 1 - size);
        const last = Math.min(centre + reach, size - 1);
        return Array.from({ length: Math.max(last - first + 1, 0) }, (_, j) => first + j);
      }),
    ),
};
