import * as tf from '#tf';
import { UnsupportedError } from '../../base/errors.js';
import type { Source } from '../executor.js';
import type { PairCovariances } from './pair-covariances.js';

/**
 * x1 and x2 as one batch, x1's samples first, with the number of each one's (one number if x2 is x1): what a Program that mixes
 * the samples of a batch runs on, as it needs the covariances of all samples with each other.
 *
 * @throws UnsupportedError for given covariances of two batches, which lack those within each.
 */
export function joined(source: Source): { readonly source: Source; readonly counts: readonly number[] } {
  const { x1, x2 = null, given = [] } = source;
  if (given.some(({ cov2 }) => cov2 !== null)) {
    throw new UnsupportedError(
      'kernel: a network that mixes the samples of a batch needs the covariances of all of them with each other, got a Kernel ' +
        'between two batches. Pass a Kernel of one batch (x2 null), or the inputs.',
    );
  }
  if (x1 === undefined) return { source, counts: [given[0].nngp.shape[0]] };
  if (x2 === null) return { source, counts: [x1.shape[0]] };
  const rows = [x1, x2].map((x) => tf.reshape(x, [x.shape[0], -1]));
  return { source: { x1: tf.concat(rows), x2: null }, counts: [x1.shape[0], x2.shape[0]] };
}

/** The covariances between x1 and x2 among those of both joined; `counts` are their numbers of samples. */
export function apart(result: PairCovariances, counts: readonly number[]): PairCovariances {
  if (counts.length === 1) return result;
  const { shape, nngp, ntk, cov1 } = result;
  const [n1, n2] = counts;
  const [, p] = nngp.shape;
  const between = (k: tf.Tensor4D) => tf.slice(k, [0, 0, n1, 0], [n1, p, n2, p]);
  return {
    shape,
    nngp: between(nngp),
    ntk: ntk && between(ntk),
    cov1: tf.slice(cov1, [0, 0, 0, 0], [n1, p, 1, p]),
    cov2: tf.slice(cov1, [n1, 0, 0, 0], [n2, p, 1, p]),
  };
}
