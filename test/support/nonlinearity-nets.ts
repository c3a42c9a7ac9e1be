import { stax } from '../../src/index.js';
import type { LayerNet } from './layer-net.js';

const dense = (width: number) => stax.Dense(width, { wStd: 1.4, bStd: 0.3 });

/** Small variances, for functions that grow fast and for quadrature, whose error is below rounding there. */
const mild = (width: number) => stax.Dense(width, { wStd: 0.5, bStd: 0.3 });

/** A network for each nonlinearity beside the rectifiers, Erf and Gelu. */
export const nonlinearityNets: readonly LayerNet[] = [
  ['Sin', [3], (w) => [dense(w), stax.Sin({ a: 0.9, b: 0.8, c: 0.4 })]],
  ['Cos', [3], (w) => [dense(w), stax.Cos({ a: 1.2, b: 0.7, c: -0.3 })]],
  ['Rbf', [3], (w) => [dense(w), stax.Rbf(0.3)]],
  ['Exp', [3], (w) => [mild(w), stax.Exp({ a: 0.8, b: 0.7 })]],
  ['Gaussian', [3], (w) => [dense(w), stax.Gaussian({ a: 1.2, b: -0.4 })]],
  ['Gabor', [3], (w) => [mild(w), stax.Gabor()]],
  ['Sign', [3], (w) => [dense(w), stax.Sign()]],
  [
    'Sign on images',
    [4, 3, 2],
    (w) => [
      stax.Conv(w, [2, 2], { wStd: 1.4, bStd: 0.3 }),
      stax.Sign(),
      stax.AvgPool([2, 1]),
      stax.Conv(w, [2, 1]),
      stax.Relu(),
      stax.Flatten(),
    ],
  ],
  ['Sigmoid_like', [3], (w) => [dense(w), stax.Sigmoid_like()]],
  ['Hermite', [3], (w) => [dense(w), stax.LayerNorm(), stax.Hermite(2)]],
  ['Monomial', [3], (w) => [dense(w), stax.Monomial(2)]],
  ['Polynomial', [3], (w) => [mild(w), stax.Polynomial([0.3, -0.5, 0.4, 0.1])]],
  ['RectifiedMonomial(0)', [3], (w) => [dense(w), stax.RectifiedMonomial(0)]],
  ['RectifiedMonomial(1)', [3], (w) => [dense(w), stax.RectifiedMonomial(1)]],
  ['RectifiedMonomial(2)', [5, 3], (w) => [dense(w), stax.RectifiedMonomial(2), stax.GlobalAvgPool()]],
  ['ElementwiseNumerical', [3], (w) => [mild(w), stax.ElementwiseNumerical('softplus', 28)]],
];

/** Networks whose kernel is not the mean of finite ones: of variances other than 1, or without a finite function. */
export const kernelOnlyNets: readonly LayerNet[] = [
  ['Hermite without LayerNorm', [3], (w) => [dense(w), stax.Hermite(3)]],
  ['ExpNormalized', [3], (w) => [dense(w), stax.ExpNormalized({ gamma: 1.3, shift: -0.6 })]],
];
