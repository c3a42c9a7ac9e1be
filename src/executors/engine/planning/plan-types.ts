import type { Dtype } from '../../../base/nd-array.js';
import type { Displacement } from '../../../program/ops/rule.js';
import type { Positions } from '../../../program/result.js';
import type { OwnFunction } from '../lowering/activations.js';
import type { Triple } from '../lowering/geometry.js';
import type { Lowered } from '../lowering/lower.js';

/** K's and Θ's address of the image of one step at one displacement; Θ's is 0 where there is none. */
export interface Image {
  readonly k: number;
  readonly theta: number;
}

/** Looks up the image of a step's input at an displacement. */
export type ImageOf = (step: number, d: Displacement) => Image;

/** The result, or the result's cotangent, at one displacement; Θ's address is 0 where Θ is zero or not wanted. */
export interface ResultImage extends Image {
  readonly displacement: Triple;
  readonly size: Triple;
}

/** [start, end) in bytes. */
export type Range = readonly [number, number];

/** What is done outside of the module before the instruction at `at`: the moments of a user's function of each variance. */
export interface OwnCall extends OwnFunction {
  readonly at: number;
  /** Variances, `bytes` of numbers. */
  readonly q: number;
  /** Where the first moments go; the next ones are `stride` bytes further. */
  readonly to: number;
  readonly bytes: number;
  readonly stride: number;
}

/** Instructions and addresses of one computation; plain data that a worker can be sent. */
export interface Plan {
  /** What is to be copied into memory before the first run. */
  readonly data: readonly { readonly at: number; readonly words: Int32Array }[];
  readonly forward: Range;
  readonly backward: Range;
  /** In the order of their places; none without functions of a user's own. */
  readonly calls: readonly OwnCall[];
  /** First address after all that the plan uses. */
  readonly end: number;
  /** Pixels that a forward run computes for each pair, over all steps and displacements; times a few ns it is time. */
  readonly work: number;
  /** Numbers of one sample's row, of its inputs, of its factors, and of its variances at all nonlinearities. */
  readonly sampleSize: number;
  readonly inputSize: number;
  readonly factorSize: number;
  readonly varianceSize: number;
  readonly gradient: { readonly x1: boolean; readonly x2: boolean };
  /** One sample's row in `pair` mode; a sample a lane in `sample` mode, where x1 is x2. Unused with `product`. */
  readonly x1: number;
  /** A sample a lane, as are all the following (0: not there). */
  readonly x2: number;
  readonly factors1: number;
  readonly factors2: number;
  /** A number a lane, 1 where x1 and x2 are one sample, else 0; in `pair` mode with dropout. */
  readonly same: number;
  readonly gX1: number;
  readonly gX2: number;
  readonly variances1: number;
  readonly variances2: number;
  /** The cotangents of the steps' constants, which both passes of both plans add to, and how many there are. */
  readonly gConstants: number;
  readonly constantSize: number;
  /**
   * Rows of one input of one pixel: where the host puts its covariance and reads the cotangent, 0 where no step wants it (of
   * samples without nonlinearities); null elsewhere.
   */
  readonly product: { readonly k: number; readonly gK: number; readonly channels: number } | null;
  readonly result: readonly ResultImage[];
  readonly gResult: readonly ResultImage[];
  /** What `forward` leaves for `backward`. */
  readonly values: Range;
  /** What has to be zero, but for the result's cotangents, before `backward`. */
  readonly cotangents: Range;
}

/** The two plans of a computation: of each sample with itself and, after it in memory, of the pairs. */
export interface Plans {
  readonly key: string;
  readonly dtype: Dtype;
  readonly lanes: number;
  /** Whether Θ is computed. */
  readonly ntk: boolean;
  readonly sample: Plan;
  readonly pair: Plan;
}

/** What a plan computes. */
export interface PlanRequest {
  readonly lowered: Lowered;
  /**
   * `pair`: x1 and x2 side by side. `sample`: each sample with itself, which yields the variances that the
   * nonlinearities of the pairs need (their factors) and cov1, cov2.
   */
  readonly mode: 'pair' | 'sample';
  /** In `pair` mode the `sample` plan: what its run of x2's samples leaves is read where it is. */
  readonly sample: Pick<Plan, 'x2' | 'factors2' | 'gConstants'> | null;
  readonly dtype: Dtype;
  /** Pairs that run side by side, a multiple of a SIMD register's lanes. */
  readonly lanes: number;
  /** Whether Θ is wanted. */
  readonly ntk: boolean;
  /** Whether the result is read; in `sample` mode it often is not. */
  readonly result: Positions | null;
  /** Which side's gradients are wanted; in `sample` mode both or none. */
  readonly gradient: { readonly x1: boolean; readonly x2: boolean };
  /** Whether the gradients in the steps' constants are wanted too. */
  readonly constants: boolean;
  /** First free byte. */
  readonly base: number;
}
