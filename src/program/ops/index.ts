import type { ActivationOp } from './activation.js';
import type { AffineOp } from './affine.js';
import type { GivenOp } from './given.js';
import type { GramOp } from './gram.js';
import type { PatchMeanOp } from './patch-mean.js';
import type { PoolOp } from './pool.js';
import type { SumOp } from './sum.js';
import type { WeighOp } from './weigh.js';
import type { WrapOp } from './wrap.js';

/** Every covariance op there is. */
export type AnyOp =
  | GramOp
  | GivenOp
  | AffineOp
  | PatchMeanOp
  | WrapOp
  | PoolOp
  | WeighOp
  | ActivationOp
  | SumOp;
