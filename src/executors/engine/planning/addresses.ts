import { constantCount } from '../lowering/step-cotangents.js';
import { factorsOf, variancesOf } from '../lowering/steps.js';
import type { Allocator } from './allocator.js';
import type { PlanRequest } from './plan-types.js';

/** Where a plan finds samples and leaves what they get; 0: not there. See `Plan`. */
export interface Addresses {
  readonly x1: number;
  readonly x2: number;
  readonly gX1: number;
  readonly gX2: number;
  readonly factors1: number;
  readonly factors2: number;
  readonly variances1: number;
  readonly variances2: number;
  readonly gConstants: number;
  /** Per lane 1 where x1 and x2 are one sample, else 0; 0 where no step asks. */
  readonly same: number;
}

/** Numbers of one sample. See `Plan`. */
export interface SampleSizes {
  readonly sampleSize: number;
  readonly inputSize: number;
  readonly factorSize: number;
  readonly varianceSize: number;
  readonly constantSize: number;
}

/** Where each step's numbers are among a sample's factors and variances. */
export interface SamplePlaces {
  /** Which of a sample's factors is a step's first. */
  readonly factorAt: readonly number[];
  /** Bytes from one of x1's factors to the next: x1 is one sample, but in `sample` mode. */
  readonly factorStep1: number;
  /** Bytes from the first of a sample's variances to a step's first. */
  readonly varianceAt: readonly number[];
  /** Bytes from the first cotangent of a constant to a step's first. */
  readonly constantAt: readonly number[];
}

/** Counts a sample's numbers and says where each step's are. */
export function measureSamples(request: PlanRequest, number: number): SampleSizes & SamplePlaces {
  const { steps, rowSize: sampleSize, inputSize } = request.lowered;
  const lane = request.lanes * number;
  const factorAt: number[] = [];
  const varianceAt: number[] = [];
  const constantAt: number[] = [];
  let factorSize = 0;
  let varianceSize = 0;
  let constantSize = 0;
  for (const step of steps) {
    factorAt.push(factorSize);
    varianceAt.push(varianceSize * lane);
    constantAt.push(constantSize * lane);
    factorSize += factorsOf(step);
    varianceSize += variancesOf(step);
    if (request.constants) constantSize += constantCount(step);
  }
  const factorStep1 = request.mode === 'pair' ? number : lane;
  const sizes = { sampleSize, inputSize, factorSize, varianceSize, constantSize };
  return { ...sizes, factorAt, factorStep1, varianceAt, constantAt };
}

/** Reserves memory for samples, their factors, and the cotangents of samples and variances. */
export function reserveSamples(
  request: PlanRequest,
  number: number,
  { sampleSize, inputSize, factorSize, varianceSize, constantSize }: SampleSizes,
  allocator: Allocator,
): Addresses {
  const { steps } = request.lowered;
  const pair = request.mode === 'pair';
  // Rows that meet in a matrix product do so outside the plan.
  const product = steps.some((step) => step.kind === 'source' && step.product);
  const [loaded, sent] = product ? [0, 0] : [sampleSize, inputSize];
  const lanes = (wanted: boolean, size: number) =>
    wanted ? allocator.reserve(size * request.lanes * number) : 0;
  const x2 = request.sample?.x2 ?? lanes(true, loaded);
  const x1 = pair ? allocator.reserve(loaded * number) : x2;
  const factors2 = request.sample?.factors2 ?? lanes(true, factorSize);
  const factors1 = pair ? allocator.reserve(factorSize * number) : factors2;
  const same = lanes(pair && steps.some((step) => step.kind === 'dropout'), 1);
  const { x1: wants1, x2: wants2 } = request.gradient;
  const gX2 = lanes(wants2, sent);
  const gX1 = pair ? lanes(wants1, sent) : gX2;
  const variances2 = lanes(wants2, varianceSize);
  const variances1 = pair ? lanes(wants1, varianceSize) : variances2;
  const gConstants = request.sample?.gConstants ?? lanes(true, constantSize);
  return { x1, x2, gX1, gX2, factors1, factors2, variances1, variances2, gConstants, same };
}
