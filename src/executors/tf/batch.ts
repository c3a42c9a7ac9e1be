import * as tf from '#tf';
import { multiplyMiddle, type PairCovariances } from './pair-covariances.js';

/**
 * Applies a map that is the same for K and Θ to the covariances of a joined batch: that of all samples, x1's before x2's, with
 * each other. The covariances of samples with themselves are among them.
 */
export function mapBatch(
  { nngp, ntk }: PairCovariances,
  shape: readonly number[],
  map: (covariance: tf.Tensor4D) => tf.Tensor4D,
): PairCovariances {
  const mapped = map(nngp);
  return { shape, nngp: mapped, ntk: ntk && map(ntk), cov1: withThemselves(mapped), cov2: null };
}

/** `[n, p, n, p']` covariances to those of samples with themselves, `[n, p, 1, p']`. */
function withThemselves(covariance: tf.Tensor4D): tf.Tensor4D {
  const [n, p] = covariance.shape;
  const pairs = tf.reshape<tf.Rank.R2>(tf.transpose(covariance, [0, 2, 1, 3]), [n * n, p * p]);
  // In rows of n + 1 the diagonal of an n × n matrix is the first column.
  const rows = tf.reshape(
    tf.pad2d(pairs, [
      [0, n],
      [0, 0],
    ]),
    [n, n + 1, p * p],
  );
  return tf.reshape(tf.slice(rows, [0, 0, 0], [n, 1, p * p]), [n, p, 1, p]);
}

/** M K Mᵀ over samples, M `[out, n]`: `[n, p, n, p']` to `[out, p, out, p']`. */
export function multiplyBatch(covariance: tf.Tensor4D, matrix: tf.Tensor2D): tf.Tensor4D {
  const [, p] = covariance.shape;
  const [out] = matrix.shape;
  const left = multiplyMiddle(covariance, 1, matrix);
  return tf.reshape(multiplyMiddle(left, out * p, matrix), [out, p, out, p]);
}

/** Matrices `[out, in]` along the diagonal of one, zeros elsewhere. */
export function blockDiagonal(blocks: readonly (readonly (readonly number[])[])[]): tf.Tensor2D {
  const widths = blocks.map((block) => block[0].length);
  const width = widths.reduce((a, b) => a + b, 0);
  let before = 0;
  const rows = blocks.flatMap((block, i) => {
    const at = before;
    before += widths[i];
    return block.map((row) => Array.from({ length: width }, (_, column) => row[column - at] ?? 0));
  });
  return tf.tensor2d(rows);
}
