import type { GivenOp } from '../../../program/ops/given.js';
import { fromAdjacentPairs } from '../pair-covariances.js';
import type { Evaluation } from './evaluation.js';

/** Evaluates `given`. */
export const evaluateGiven: Evaluation<GivenOp> = ({ shape, index }, _inputs, { source, withNtk }) => {
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
};
