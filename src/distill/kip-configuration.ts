import type { Schedule } from '../base/schedule.js';
import type { AugmentOptions } from '../data/index.js';
import type { GramField } from '../gram/index.js';
import type { Program } from '../program/program.js';
import type { JitterLadder, RegScale } from '../regression/index.js';
import type { AdamOptions } from './adam.js';

/**
 * What becomes of the labels: `fixed`, one-hot minus 1/C as they were; `learned` along their gradient together with the images;
 * `solved` at every step, so that the images' gradient is that at the best labels.
 */
export type LabelRule = 'fixed' | 'learned' | 'solved';

/**
 * What moves images and labels along their gradients: `adam`, or `soap`, Adam in the eigenvectors of the gradients' covariances,
 * which takes a fraction of the steps.
 */
export type OptimizerName = 'adam' | 'soap';

/** Everything that determines a run of {@link kip}, given the data, as plain JSON. */
export interface KipConfiguration {
  /** The network's kernel, or those of the family by name. */
  readonly program: Program | { readonly [name: string]: Program };
  readonly supportSize: number;
  readonly steps: number;
  readonly learningRate: Schedule;
  readonly targetBatch: Schedule;
  readonly labels: LabelRule;
  readonly labelReg: number;
  readonly labelTargets: number;
  /** Null: none. */
  readonly augmentation: AugmentOptions | null;
  /** `'given'`: the caller's own support set. */
  readonly init: 'natural' | 'noise' | 'given';
  readonly optimizer: OptimizerName;
  readonly adam: Required<AdamOptions>;
  readonly seed: number;
  readonly reg: number;
  readonly regScale: RegScale;
  readonly jitter: boolean | JitterLadder;
  readonly get: GramField;
  readonly dtype: 'float64' | 'float32';
}
