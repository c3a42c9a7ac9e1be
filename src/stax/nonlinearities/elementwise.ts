import type { Tensor } from '#tf';
import { UnsupportedError } from '../../base/errors.js';
import { type Option, readOptions } from '../../base/options.js';
import { type MomentFunction, ownDual, registerDual } from '../../executors/tf/index.js';
import type { Layer } from '../layer/layer.js';
import { makeNonlinearity } from './nonlinearity.js';

export type { MomentFunction };

/** Options of `Elementwise`, of which `fn` or `nngpFn` is needed. */
export interface ElementwiseOptions {
  /** The finite function, on tensors of any shape. */
  readonly fn?: (x: Tensor) => Tensor;
  /** K' = E[fn(u)·fn(v)] by K, q1 and q2, tensors of one shape. */
  readonly nngpFn?: MomentFunction;
  /** ∂K'/∂K; by default found by automatic differentiation. Gradients of the NTK need it: tfjs does not differentiate twice. */
  readonly dNngpFn?: MomentFunction;
}

const ownFunction =
  <F>(): Option<F | undefined> =>
  (given, where, name) => {
    if (given === undefined || typeof given === 'function') return given as F | undefined;
    throw new TypeError(`${where}: ${name} must be a function, got ${typeof given}.`);
  };

const elementwiseOptions = {
  fn: ownFunction<(x: Tensor) => Tensor>(),
  nngpFn: ownFunction<MomentFunction>(),
  dNngpFn: ownFunction<MomentFunction>(),
};

/**
 * A nonlinearity of one's own, by its function and its dual.
 *
 * K' = nngpFn(K, q1, q2) and Θ' = Θ·dNngpFn(K, q1, q2). The kernel runs on the tf executor, in float32, and its
 * gradients are tfjs's derivatives of these functions.
 *
 * @throws TypeError when neither fn nor nngpFn is given, or one of them is not a function.
 * @throws UnsupportedError from `apply` without fn; from `kernel` without nngpFn, or when the activations before are not
 *   Gaussian; from the engine (`gram`).
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const square = stax.Elementwise({
 *   fn: (x) => x.square(),
 *   nngpFn: (k, q1, q2) => k.square().mul(2).add(q1.mul(q2)),
 * });
 * const { kernel } = stax.serial(stax.Dense(64), square);
 * console.log(kernel(tf.tensor2d([[1, 1]]), null, ['nngp']).nngp.dataSync()[0]); // 3
 * ```
 */
export function Elementwise(options: ElementwiseOptions): Layer {
  const name = 'Elementwise';
  const { fn, nngpFn, dNngpFn } = readOptions(name, options ?? {}, elementwiseOptions);
  if (fn === undefined && nngpFn === undefined) {
    throw new TypeError(`${name}: needs fn, nngpFn or both, got neither. Pass e.g. { fn: (x) => x.tanh() }.`);
  }
  const id = nngpFn && registerDual(ownDual(nngpFn, dNngpFn));
  return makeNonlinearity({
    name,
    dual: id === undefined ? null : { fn: 'own', params: [id] },
    apply(x) {
      if (fn) return fn(x);
      throw new UnsupportedError(`${name}: has no finite network without fn. Pass fn as well.`);
    },
  });
}
