import { functionNames } from '../../../program/function-names.js';
import type { ActivationName } from '../../../program/ops/activation.js';
import { gaussianMoments, hermiteMoments } from '../../../program/polynomial-moments.js';
import { abReluDual } from './ab-relu.js';
import type { Dual } from './dual.js';
import { erfDual } from './erf.js';
import { expNormalizedDual } from './exp-normalized.js';
import { exponentialDual } from './exponential.js';
import { namedFunctions } from './functions.js';
import { gaborDual } from './gabor.js';
import { gaussianDual } from './gaussian.js';
import { geluDual } from './gelu.js';
import { laplaceDual } from './laplace.js';
import { registeredDual } from './own.js';
import { polynomialDual } from './polynomial.js';
import { quadratureDual } from './quadrature.js';
import { rectifiedMonomialDual } from './rectified-monomial.js';
import { signDual } from './sign.js';
import { sineDual } from './sine.js';

/** The dual of every nonlinearity, given its parameters; one without a dual does not compile. */
export const duals: { readonly [Name in ActivationName]: (params: readonly number[]) => Dual } = {
  abRelu: ([a, b]) => abReluDual(a, b),
  erf: () => erfDual,
  gelu: () => geluDual,
  exponential: ([sign]) => exponentialDual(sign),
  sine: ([phase]) => sineDual(phase),
  gaussian: ([b]) => gaussianDual(b),
  gabor: () => gaborDual,
  expNormalized: ([gamma, shift, clip]) => expNormalizedDual(gamma, shift, clip === 1),
  laplace: () => laplaceDual,
  sign: () => signDual,
  polynomial: (coefficients) => polynomialDual(gaussianMoments(coefficients), true),
  hermite: ([degree]) => polynomialDual(hermiteMoments(degree), false),
  rectifiedMonomial: ([degree]) => rectifiedMonomialDual(degree),
  quadrature: ([index, degree]) => quadratureDual(namedFunctions[functionNames[index]], degree),
  own: ([id]) => registeredDual(id),
  ownNumbers: ([, , id]) => registeredDual(id),
};
