import type { OpBase } from './op.js';
import { fromAdjacentPairs } from './pair-covariances.js';
import { noOffset, type OpRule } from './rule.js';

/** Covariances that the caller brings (a `Kernel` record fed to another kernel) in place of inputs x1, x2. */
export interface GivenOp extends OpBase<'given'> {
  /** Which of the source's covariances. */
  readonly index: number;
}

/** How executors run `given`. */
export const givenRule: OpRule<GivenOp> = {
  needs: noOffset,
  evaluate({ shape, index }, _inputs, { source, withNtk }) {
    if (!source.given) {
      throw new TypeError(
        'given: the Program starts from covariances, got inputs. Pass { given } as the source.',
      );
    }
    const { nngp, ntk, cov1, cov2 } = source.given[index];
    const [n1, n2] = nngp.shape;
    return {
      shape,
      nngp: fromAdjacentPairs(nngp, [n1, n2], shape),
      ntk: withNtk && ntk !== null ? fromAdjacentPairs(ntk, [n1, n2], shape) : null,
      cov1: fromAdjacentPairs(cov1, [n1, 1], shape),
      cov2: cov2 && fromAdjacentPairs(cov2, [n2, 1], shape),
    };
  },
};
