import type { OpBase } from '../program.js';

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
