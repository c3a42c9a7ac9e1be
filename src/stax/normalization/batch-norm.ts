import * as tf from '#tf';
import { UnsupportedError } from '../../base/errors.js';
import { byDefault, readOptions } from '../../base/options.js';
import { type AxesOptions, axesOptions } from '../../tracing/axes.js';
import { append, spatialOf } from '../../tracing/symbolic.js';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';
import { noMasks } from '../layer/no-masks.js';
import { atLeastZero } from '../layer/options.js';

/** Options of `BatchNorm`. */
export interface BatchNormOptions extends AxesOptions {
  /** Added to the variance; 1e-5 by default. */
  readonly eps?: number;
}

const batchNormOptions = { eps: byDefault(1e-5, atLeastZero), ...axesOptions };

/**
 * (x − mean)/√(eps + variance) of each channel, over all positions of all samples of the batch; without trainable factors.
 *
 * x1 and x2 are a batch each. With i and j running over positions of samples, μ1[j] the mean of K[i,j] over i in x1, μ2[i] over j
 * in x2, μ over both: C = K − μ1 − μ2 + μ, and K' = C/√(v1·v2) with v = eps + the mean of a batch's own C[i,i]; Θ is centred
 * and divided alike. The kernel runs on the `tf` executor.
 *
 * @remarks Exact in the limit of infinite width and then of many directions: r = (tr C)²/tr C² → ∞, with C the covariance of the
 * whole batch. Centring is exact for any batch. The variance is one of finitely many samples, drawn anew for each channel, even
 * with infinitely many channels; relative to its mean its spread is √(2/r), and the error of kernels is of order 1/r. r is at
 * most the number of positions in the batch less one and the number of independent features; an infinite batch of few features has a
 * small r, and this kernel is an approximation there. Where all eigenvalues of C are equal, a ReLU after it is exact for NNGPs.
 *
 * @throws RangeError when eps is not a finite number of at least 0, or an axis is not an integer.
 * @throws UnsupportedError from `kernel` when the activations before are not Gaussian, for masks, and from `gram`.
 * @source G. Yang et al., A mean field theory of batch normalization, 2019, https://arxiv.org/abs/1902.08129, and Tensor Programs
 *   II, 2020, https://arxiv.org/abs/2006.14548, for finite batches: integrals over one and two variables.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.BatchNorm({ eps: 0 }));
 * console.log(kernel(tf.tensor2d([[1], [3]]), null, 'nngp').arraySync()); // [ [ 1, -1 ], [ -1, 1 ] ]
 * ```
 */
export function BatchNorm(options: BatchNormOptions = {}): Layer {
  const { eps, ...request } = readOptions('BatchNorm', options, batchNormOptions);
  return makeLayer({
    name: 'BatchNorm',
    axes: { input: request },
    outShape: (shape) => shape,
    mask: () => noMasks('BatchNorm'),
    apply(_, x) {
      const { mean, variance } = tf.moments(x, [...x.shape.keys()].slice(0, -1), true);
      return tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, eps)));
    },
    propagate(k) {
      if (!k.isGaussian) {
        throw new UnsupportedError(
          `BatchNorm: needs Gaussian activations, got ${k.origin}. Put a Dense or Conv layer before it.`,
        );
      }
      const shape = spatialOf(k.shape);
      return append(k, [
        { op: 'centreBatch', shape },
        { op: 'normalizeBatch', shape, axes: [...shape.keys()], eps },
      ]);
    },
  });
}
