import type { Layer } from './layer.js';
import { makeNonlinearity } from './nonlinearity.js';

const scale = 1 / 2.4020563531719796;

/**
 * (erf(x/2.402…) + 1)/2, which is close to the logistic function 1/(1 + e^−x) and has the kernel of
 * `Erf({ a: 0.5, b: 1 / 2.4020563531719796, c: 0.5 })`. `ElementwiseNumerical('sigmoid', 25)` is the logistic function
 * itself.
 *
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian.
 */
export function Sigmoid_like(): Layer {
  return makeNonlinearity({
    name: 'Sigmoid_like',
    dual: { fn: 'erf', params: [] },
    inputScale: scale,
    outputScale: 0.5,
    outputShift: 0.5,
    apply: (x) => x.mul(scale).erf().mul(0.5).add(0.5),
  });
}
