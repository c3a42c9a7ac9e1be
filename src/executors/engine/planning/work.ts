import { type DisplacementSet, imageSize, pixels } from '../lowering/geometry.js';
import { isWhole, type Step } from '../lowering/steps.js';

/** Time of a product of two numbers in a product of matrices, in units of a ReLU. */
const PRODUCT_COST = 0.25;

/** Pixels that a step computes for a pair at these displacements, in units of a ReLU's. */
export function workOf(step: Step, displacements: DisplacementSet): number {
  if (isWhole(step)) {
    const [n, m] = [pixels(step.inputShape), pixels(step.shape)];
    return displacements.size === 0 ? 0 : PRODUCT_COST * n * m * (n + m);
  }
  const cost = (step.kind === 'filter' && step.activation?.cost) || 1;
  return cost * displacements.sorted().reduce((sum, d) => sum + pixels(imageSize(step.shape, d)), 0);
}
