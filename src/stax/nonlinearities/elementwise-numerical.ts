import type { Tensor } from '#tf';
import { anything, optional, readOptions, rule } from '../../base/options.js';
import { namedFunctions, ownQuadrature, registerDual } from '../../executors/tf/index.js';
import { type FunctionName, functionNames } from '../../program/function-names.js';
import { type NumberFunction, registerFunction } from '../../program/own-functions.js';
import type { Layer } from '../layer/layer.js';
import { count } from '../layer/options.js';
import { makeNonlinearity } from './nonlinearity.js';

export type { FunctionName };

/** Options of `ElementwiseNumerical`. */
export interface ElementwiseNumericalOptions {
  /**
   * The derivative of a function of one's own; by default found by automatic differentiation. Gradients of the NTK
   * need it, because tfjs does not differentiate twice.
   */
  readonly df?: (x: Tensor) => Tensor;
  /**
   * The same function on numbers, for a function of one's own. With it kernels are computed by the engine, in float64 and with all
   * gradients; without it by tfjs, in float32.
   */
  readonly ofNumbers?: (x: number) => number;
}

const elementwiseNumericalOptions = {
  df: optional(anything<(x: Tensor) => Tensor>()),
  ofNumbers: optional(
    rule<NumberFunction>(
      'must be a function of a number that returns a number',
      (given) => typeof given === 'function' && typeof given(0.5) === 'number',
      'Pass e.g. Math.tanh.',
      TypeError,
    ),
  ),
};

/**
 * Any smooth function of each entry, whose kernel is found by Gauss–Hermite quadrature: by the names `'tanh'`,
 * `'sigmoid'`, `'softplus'`, `'silu'`, `'elu'`, or one's own on tensors.
 *
 * By name or on tensors, with nodes x_i and weights w_i:
 * K' = (1/π) Σ_ij w_i w_j f(√(2q1)·x_i)·f(K√(2/q1)·x_i + √(2(q2 − K²/q1))·x_j), and Θ' = Θ times the same of f′.
 *
 * On numbers (`ofNumbers`), with the Hermite coefficients a_l(q) = E[f(√q·z)·h_l(z)] below `deg`, found by `deg` nodes:
 * K' = Σ_l a_l(q1)·a_l(q2)·ρ^l, ρ = K/√(q1q2), and Θ' = Θ·∂K'/∂K. It agrees with the other on variances, and elsewhere as far as the
 * quadrature has converged. f is called deg times for each variance, on the calling thread.
 *
 * @param fn a name, or a function on tensors that acts on each entry by itself and that tfjs can differentiate.
 * @param deg nodes of the quadrature; 25 is enough for smooth functions at variances about 1. Functions with kinks
 *   converge slowly: `Relu` and its like have layers of their own.
 * @throws RangeError for an unknown name. @throws TypeError when fn is neither a name nor a function.
 * @throws ShapeError when deg is not a positive integer.
 * @throws UnsupportedError from `kernel`, when the activations before are not Gaussian; from `gram` in float64 for a function of
 *   one's own without `ofNumbers`, which runs on the tf executor.
 * @remarks About deg² evaluations of f an entry without `ofNumbers`. That rule takes x1 and x2 differently: K(x1, x2) is K(x2, x1)ᵀ but for
 * its error, and so is K(x, x); the engine computes one triangle of that and mirrors it.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.ElementwiseNumerical('tanh', 25));
 * const nngp = kernel(tf.tensor2d([[1, 1]]), null, 'nngp');
 * console.log(nngp.dataSync()[0].toFixed(3)); // 0.394
 * ```
 */
export function ElementwiseNumerical(
  fn: FunctionName | ((x: Tensor) => Tensor),
  deg: number,
  options: ElementwiseNumericalOptions = {},
): Layer {
  const name = 'ElementwiseNumerical';
  const { df, ofNumbers } = readOptions(name, options, elementwiseNumericalOptions);
  count(deg, name, 'deg');
  if (typeof fn === 'function') {
    const id = registerDual(ownQuadrature(fn, deg, df));
    if (ofNumbers === undefined) {
      return makeNonlinearity({ name, dual: { fn: 'own', params: [id] }, apply: fn });
    }
    const params = [registerFunction(ofNumbers), deg, id];
    return makeNonlinearity({ name, dual: { fn: 'ownNumbers', params }, apply: fn });
  }
  if (typeof fn !== 'string') {
    throw new TypeError(`${name}: fn must be a name or a function on tensors, got ${typeof fn}.`);
  }
  const index = functionNames.indexOf(fn);
  if (index < 0) {
    throw new RangeError(
      `${name}: fn must be one of ${functionNames.join(', ')}, or a function, got '${fn}'.`,
    );
  }
  return makeNonlinearity({
    name,
    dual: { fn: 'quadrature', params: [index, deg] },
    apply: namedFunctions[fn].f,
  });
}
