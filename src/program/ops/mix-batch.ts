import type { ResizeMethod } from '../resize.js';
import { type SliceRange, slicePositions } from '../slice.js';
import type { OpBase } from './op.js';
import { type OpRule, sameDisplacement } from './rule.js';

/** A linear map of a batch, whatever its size. */
export type BatchMap =
  | { readonly kind: 'take'; readonly range: SliceRange }
  | {
      readonly kind: 'resize';
      readonly to: number;
      readonly method: ResizeMethod;
      readonly antialias: boolean;
    };

/**
 * K'[I,J] = Σ_i Σ_j M1[I,i]·K[i,j]·M2[J,j] over samples i of x1 and j of x2, with the matrices of a map for as many samples
 * as each has. Θ alike.
 *
 * `Index` and `ImageResize` of the batch.
 */
export interface MixBatchOp extends OpBase<'mixBatch'> {
  readonly map: BatchMap;
}

/** What executors have to know of `mixBatch`. */
export const mixBatchRule: OpRule<MixBatchOp> = {
  needs: sameDisplacement,
  batchSize: ({ map }, [n]) => (map.kind === 'resize' ? map.to : slicePositions(map.range, n).length),
};
