import type { Layer } from './layer.js';
import { makeNonlinearity } from './nonlinearity.js';

/**
 * exp(−x²)·sin x.
 *
 * With e = (1+2q1)(1+2q2) − 4K² and d = 4(q1q2−K²):
 * K' = [exp(−(q1+q2+d−2K)/(2e)) − exp(−(q1+q2+d+2K)/(2e))]/(2√e), Θ' = Θ·∂K'/∂K.
 *
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian.
 */
export function Gabor(): Layer {
  return makeNonlinearity({
    name: 'Gabor',
    dual: { fn: 'gabor', params: [] },
    apply: (x) => x.square().neg().exp().mul(x.sin()),
  });
}
