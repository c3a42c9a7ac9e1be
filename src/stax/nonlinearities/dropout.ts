import * as tf from '#tf';
import { UnsupportedError } from '../../base/errors.js';
import { byDefault, oneOf, readOptions } from '../../base/options.js';
import { bernoulli } from '../../random/index.js';
import { append, spatialOf } from '../../tracing/symbolic.js';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';

/** Options of `Dropout`. */
export interface DropoutOptions {
  /** `train` (default): drop; `test`: the identity. */
  readonly mode?: 'train' | 'test';
}

const dropoutOptions = { mode: byDefault('train', oneOf(['train', 'test'], 'must be', UnsupportedError)) };

/**
 * Keeps every activation with probability `rate`, divided by it, and sets the others to 0.
 *
 * K'[p, p] = K[p, p]/rate of a sample with itself, and K' = K elsewhere; Θ alike. A sample is itself where x2 is absent or the
 * very same as x1. The result is not Gaussian: put dropout after the nonlinearity, or weights after it.
 *
 * In mode `train`, `apply` needs a key: `apply(params, x, { key })`. Combinators give each layer a key of its own.
 *
 * @param rate probability that an activation is kept, in (0, 1].
 * @throws RangeError for another rate.
 * @throws UnsupportedError for an unknown mode, and from `kernel` in mode `train`, when no layer with weights came before:
 *   dropping some of finitely many channels leaves a random kernel.
 * @throws TypeError from `apply` in mode `train` without a key.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.Relu(), stax.Dropout(0.5), stax.Dense(1));
 * console.log(kernel(tf.tensor2d([[2], [-2]]), null, 'nngp').arraySync()); // [ [ 4, 0 ], [ 0, 4 ] ]
 * ```
 */
export function Dropout(rate: number, options: DropoutOptions = {}): Layer {
  const { mode } = readOptions('Dropout', options, dropoutOptions);
  if (!(rate > 0 && rate <= 1)) {
    throw new RangeError(
      `Dropout: rate is the probability of keeping, in (0, 1], got ${rate}. Pass e.g. 0.9.`,
    );
  }
  return makeLayer({
    name: 'Dropout',
    axes: null,
    outShape: (shape) => shape,
    remask: false,
    apply(_, x, { key }) {
      if (mode === 'test') return x.clone();
      if (key === undefined) {
        throw new TypeError(
          "Dropout: apply needs a key in mode 'train', got none. Pass apply(params, x, { key: random.key(0) }).",
        );
      }
      const kept = tf.tensor(Float32Array.from(bernoulli(key, rate, x.shape).data), x.shape);
      return tf.div(tf.mul(x, kept), rate);
    },
    propagate(k) {
      if (mode === 'test') return k;
      if (k.isInput) {
        throw new UnsupportedError(
          'Dropout: needs activations of a wide layer, got the raw input, whose kernel would be random. ' +
            'Put a Dense or Conv layer before it.',
        );
      }
      return append(k, [{ op: 'dropout', shape: spatialOf(k.shape), scale: 1 / rate }], {
        isGaussian: false,
        origin: 'the output of Dropout',
      });
    },
  });
}
