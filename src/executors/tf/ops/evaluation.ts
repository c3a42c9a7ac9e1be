import type { Source } from '../../executor.js';
import type { PairCovariances } from '../pair-covariances.js';

/** What an evaluation is given besides an op and its inputs. */
export interface EvaluationContext {
  readonly source: Source;
  /** Whether NTKs are wanted; without, `ntk` of the inputs is null and that of the result is not read. */
  readonly withNtk: boolean;
  /**
   * For each of the op's inputs: how many of its samples are x1's, then x2's, where the Program mixes the samples of a
   * batch and so runs on x1 and x2 joined to one batch; `[]` in other Programs.
   */
  readonly batches: readonly (readonly number[])[];
}

/**
 * An op's result by differentiable tfjs ops, as new tensors (no handle of an input is passed on), of the results of the ops that
 * `op.inputs` names, in that order.
 */
export type Evaluation<Op> = (
  op: Op,
  inputs: readonly PairCovariances[],
  context: EvaluationContext,
) => PairCovariances;
