import * as tf from '#tf';
import { sizeOf } from '../base/nd-array.js';
import type { Covariances } from '../executors/executor.js';
import { sampleShapeOf } from '../tracing/axes.js';
import { spatialOf } from '../tracing/symbolic.js';
import type { Kernel } from './kernel.js';

/** The covariances of a Kernel as executors take them; where it holds those of equal positions alone, others are 0. */
export function givenCovariances(kernel: Kernel, x1IsX2: boolean): Covariances {
  const { nngp, ntk, cov1, cov2 } = kernel;
  return {
    nngp: allPositions(kernel, nngp),
    ntk: allPositions(kernel, ntk),
    cov1: ofSamples(kernel, cov1),
    cov2: x1IsX2 ? null : ofSamples(kernel, cov2 ?? cov1),
  };
}

/** The covariances of x1's or x2's samples of a Kernel with each other; it holds them if it is not `diagonalBatch`. */
export function givenSide(kernel: Kernel, side: 'cov1' | 'cov2'): Covariances {
  const covariance = kernel[side] ?? kernel.cov1;
  return {
    nngp: allPositions(kernel, covariance),
    ntk: null,
    cov1: ofSamples(kernel, covariance),
    cov2: null,
  };
}

/** `[n, …]` covariances of samples with themselves. */
function ofSamples(kernel: Kernel, covariance: tf.Tensor): tf.Tensor {
  if (kernel.diagonalBatch) return allPositions(kernel, covariance);
  const [n, , ...rest] = covariance.shape;
  const own = tf.mul(tf.reshape(covariance, [n, n, sizeOf(rest)]), tf.reshape(tf.eye(n), [n, n, 1]));
  return allPositions(kernel, tf.reshape(tf.sum(own, 1), [n, ...rest]));
}

/** `[…batch, h, h', w, w', …]`, of `[…batch, h, w, …]` in a Kernel of equal positions alone. */
function allPositions(kernel: Kernel, covariance: tf.Tensor): tf.Tensor {
  if (!kernel.diagonalSpatial) return covariance;
  const image = spatialOf(sampleShapeOf(kernel.shape1, kernel));
  const batch = covariance.shape.slice(0, covariance.rank - image.length);
  let before = sizeOf(batch);
  let result = covariance;
  for (const [axis, size] of image.entries()) {
    const after = sizeOf(image.slice(axis + 1));
    result = tf.mul(
      tf.reshape(result, [before, size, 1, after]),
      tf.reshape(tf.eye(size), [1, size, size, 1]),
    );
    before *= size ** 2;
  }
  return tf.reshape(result, [...batch, ...image.flatMap((size) => [size, size])]);
}
