import * as tf from '#tf';
import { sizeOf } from '../../base/nd-array.js';

/**
 * Covariances while a Program runs on tensors, positions of each sample folded into one axis:
 * nngp and ntk `[n1, p, n2, p']`, cov1 `[n1, p, 1, p']`, cov2 `[n2, p, 1, p']`, p running over `shape` in row-major order.
 *
 * In this order x1's and x2's variances broadcast as a column and a row, a Gram is one matrix product, and no
 * tensor has more axes than every tfjs backend takes, whatever the number of spatial axes.
 */
export interface PairCovariances {
  readonly shape: readonly number[];
  readonly nngp: tf.Tensor4D;
  /** Null: identically zero, or not wanted. */
  readonly ntk: tf.Tensor4D | null;
  readonly cov1: tf.Tensor4D;
  /** Null: x2 is x1. */
  readonly cov2: tf.Tensor4D | null;
}

/** Applies a linear map that is the same for all covariances. */
export function mapCovariances(
  covariances: PairCovariances,
  shape: readonly number[],
  map: (covariance: tf.Tensor4D) => tf.Tensor4D,
): PairCovariances {
  const { nngp, ntk, cov1, cov2 } = covariances;
  return { shape, nngp: map(nngp), ntk: ntk && map(ntk), cov1: map(cov1), cov2: cov2 && map(cov2) };
}

/**
 * w1[p]·w2[p']·K[p,p'] with weights of each sample's own.
 *
 * @param first x1's, `[n1, p]`.
 * @param second x2's, `[n2, p]`; null: x2 is x1.
 */
export function weighPositions(
  { shape, nngp, ntk, cov1, cov2 }: PairCovariances,
  first: tf.Tensor2D,
  second: tf.Tensor2D | null,
): PairCovariances {
  const rows = (weights: tf.Tensor2D) => tf.reshape(weights, [...weights.shape, 1, 1]);
  const columns = tf.reshape(second ?? first, [1, 1, ...(second ?? first).shape]);
  const pairs = (k: tf.Tensor4D): tf.Tensor4D => tf.mul(tf.mul(k, rows(first)), columns);
  const own = (k: tf.Tensor4D, weights: tf.Tensor2D): tf.Tensor4D => {
    const [n, p] = weights.shape;
    return tf.mul(tf.mul(k, rows(weights)), tf.reshape(weights, [n, 1, 1, p]));
  };
  return {
    shape,
    nngp: pairs(nngp),
    ntk: ntk && pairs(ntk),
    cov1: own(cov1, first),
    cov2: cov2 && own(cov2, second ?? first),
  };
}

/** Disposes the tensors. */
export function disposeCovariances({ nngp, ntk, cov1, cov2 }: PairCovariances): void {
  tf.dispose([nngp, ntk, cov1, cov2].filter((tensor) => tensor !== null));
}

/** `[n, p, 1, p']` covariances of samples with themselves to variances `[n, p]`: the diagonal p = p'. */
export function variancesOf(covariance: tf.Tensor4D): tf.Tensor2D {
  const [n, p] = covariance.shape;
  // In rows of p + 1 the diagonal of a p × p matrix is the first column.
  const rows = tf.pad2d(tf.reshape(covariance, [n, p * p]), [
    [0, 0],
    [0, p],
  ]);
  return tf.reshape(tf.slice(tf.reshape(rows, [n, p, p + 1]), [0, 0, 0], [n, p, 1]), [n, p]);
}

/**
 * M K Mᵀ along one spatial axis of both positions.
 *
 * @param covariance `[n1, p, n2, p']`, positions running over `sizes`.
 * @param sizes spatial shape before the map; `axis` is an index into it.
 * @param matrix `[out, sizes[axis]]`.
 * @returns the same with `sizes[axis]` become `out`.
 */
export function multiplyAxis(
  covariance: tf.Tensor4D,
  sizes: readonly number[],
  axis: number,
  matrix: tf.Tensor2D,
): tf.Tensor4D {
  const [n1, p, n2] = covariance.shape;
  const before = sizeOf(sizes.slice(0, axis));
  const pOut = (p / sizes[axis]) * matrix.shape[0];
  const left = multiplyMiddle(covariance, n1 * before, matrix);
  const both = multiplyMiddle(left, n1 * pOut * n2 * before, matrix);
  return tf.reshape(both, [n1, pOut, n2, pOut]);
}

/** Multiplies an axis that has `before` entries' worth of axes before it by a matrix `[out, size]`. */
export function multiplyMiddle(tensor: tf.Tensor, before: number, matrix: tf.Tensor2D): tf.Tensor {
  const [out, size] = matrix.shape;
  const after = tensor.size / (before * size);
  return after === 1
    ? tf.matMul(tf.reshape(tensor, [before, size]), matrix, false, true)
    : tf.matMul(tf.reshape(matrix, [1, out, size]), tf.reshape(tensor, [before, size, after]));
}

/** A matrix that selects entries of an axis: row i picks entry `picks[i]`, or 0 where that is outside. */
export function selection(picks: readonly number[], size: number): tf.Tensor2D {
  return tf.tensor2d(picks.map((pick) => Array.from({ length: size }, (_, i) => Number(i === pick))));
}

/** `[n1, p, n2, p']` to `[n1, n2, h, h', w, w', …]`. */
export function toAdjacentPairs(covariance: tf.Tensor4D, shape: readonly number[]): tf.Tensor {
  const [n1, p, n2] = covariance.shape;
  const layout = [n1, n2, ...shape.flatMap((size) => [size, size])];
  let result: tf.Tensor = tf.transpose(covariance, [0, 2, 1, 3]);
  let before = n1 * n2;
  let rest = p;
  for (const size of shape) {
    rest /= size;
    result = tf.transpose(tf.reshape(result, [before, size, rest, size, rest]), [0, 1, 3, 2, 4]);
    before *= size * size;
  }
  return tf.reshape(result, layout);
}

/** `[n1, p, n2, p']` to `[n1, n2, h, w, …]`: the entries with p = p'. */
export function toEqualPositions(covariance: tf.Tensor4D, shape: readonly number[]): tf.Tensor {
  const [n1, p, n2] = covariance.shape;
  const pairs = tf.reshape(tf.transpose(covariance, [0, 2, 1, 3]), [n1 * n2, p, 1, p]) as tf.Tensor4D;
  return tf.reshape(variancesOf(pairs), [n1, n2, ...shape]);
}

/** `[n1, n2, h, h', w, w', …]` to `[n1, p, n2, p']`. */
export function fromAdjacentPairs(
  covariance: tf.Tensor,
  [n1, n2]: readonly [number, number],
  shape: readonly number[],
): tf.Tensor4D {
  const p = sizeOf(shape);
  let before = n1 * n2 * p * p;
  let rest = 1;
  let result = covariance;
  for (const size of [...shape].reverse()) {
    before /= size * size;
    result = tf.transpose(tf.reshape(result, [before, size, size, rest, rest]), [0, 1, 3, 2, 4]);
    rest *= size;
  }
  return tf.transpose(tf.reshape(result, [n1, n2, p, p]), [0, 2, 1, 3]) as tf.Tensor4D;
}
