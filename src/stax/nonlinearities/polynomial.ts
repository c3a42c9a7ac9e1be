import type { Tensor } from '#tf';
import * as tf from '#tf';
import type { Layer } from '../layer/layer.js';
import { finite, whole } from '../layer/options.js';
import { makeNonlinearity } from './nonlinearity.js';

/**
 * The polynomial Σ_k coefficients[k]·x^k.
 *
 * With s_l(q) = E[φ⁽ˡ⁾(u)], u ~ N(0, q): K' = Σ_l s_l(q1)·s_l(q2)·K^l/l!, Θ' = Θ·∂K'/∂K. Nothing is divided by a
 * variance, so that zero and identical inputs need no care.
 *
 * @param coefficients a_0, a_1, …; the empty list is the polynomial 0.
 * @throws RangeError when a coefficient is not a finite number.
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian.
 * @remarks About (L+1)² operations an entry, L being the degree. High degrees leave the range of numbers: moments of x^L
 * hold (2L−1)!!.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64, { wStd: Math.SQRT2 }), stax.Polynomial([1, -2, 0.5]));
 * const nngp = kernel(tf.tensor2d([[1, 0], [1, 1]]), null, 'nngp');
 * console.log(nngp.arraySync()); // [ [ 6.75, 7.5 ], [ 7.5, 14 ] ]
 * ```
 */
export function Polynomial(coefficients: readonly number[]): Layer {
  if (!Array.isArray(coefficients)) {
    throw new TypeError(
      `Polynomial: coefficients must be a list of numbers, got ${typeof coefficients}. Pass e.g. [0, 1, 0.5].`,
    );
  }
  for (const [k, coefficient] of coefficients.entries()) {
    finite(coefficient, 'Polynomial', `coefficients[${k}]`);
  }
  return polynomial('Polynomial', coefficients.length === 0 ? [0] : coefficients);
}

/**
 * x^degree.
 *
 * K' = E[u^n v^n]: 1, K, 2K² + q1q2, 6K³ + 9Kq1q2, …; Θ' = Θ·∂K'/∂K.
 *
 * @throws RangeError when degree is not a whole number of at least 0.
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.Monomial(3));
 * console.log(kernel(tf.tensor2d([[1, 0], [1, 1]]), null, 'nngp').dataSync()[1].toFixed(4)); // 3.0000
 * ```
 */
export function Monomial(degree: number): Layer {
  whole(degree, 'Monomial', 'degree');
  return polynomial('Monomial', [...Array<number>(degree).fill(0), 1]);
}

function polynomial(name: string, coefficients: readonly number[]): Layer {
  return makeNonlinearity({
    name,
    dual: { fn: 'polynomial', params: coefficients },
    apply(x) {
      const highest = coefficients[coefficients.length - 1];
      // By Horner's rule, from a constant of x's shape.
      return coefficients
        .slice(0, -1)
        .reduceRight<Tensor>(
          (p, coefficient) => tf.add(tf.mul(p, x), coefficient),
          tf.add(tf.mul(x, 0), highest),
        );
    },
  });
}
