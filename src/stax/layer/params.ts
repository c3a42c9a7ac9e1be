import type * as tf from '#tf';
import { isTensor } from '../../base/is-tensor.js';

/** Parameters of a finite network: tensors in nested lists and records. */
export type Params = tf.Tensor | readonly Params[] | { readonly [name: string]: Params };

/**
 * Applies `f` to every tensor of a network's parameters, keeping their form: to train them, make them variables.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { random, stax } from 'neural-tangents';
 * const { init, apply } = stax.serial(stax.Dense(64), stax.Relu(), stax.Dense(1));
 * const [, params] = init(random.key(0), [-1, 2]);
 * const variables = stax.mapParams(params, (tensor) => tf.variable(tensor));
 * const [x, y] = [tf.tensor2d([[0, 1], [1, 0]]), tf.tensor2d([[1], [-1]])];
 * const loss = () => apply(variables, x).sub(y).square().mean().asScalar();
 * for (let step = 0; step < 50; step++) tf.train.sgd(0.5).minimize(loss);
 * console.log(loss().arraySync() < 1e-3); // true
 * ```
 */
export function mapParams(params: Params, f: (tensor: tf.Tensor) => tf.Tensor): Params {
  if (isTensor(params)) return f(params);
  if (Array.isArray(params)) return params.map((child: Params) => mapParams(child, f));
  return Object.fromEntries(Object.entries(params).map(([name, child]) => [name, mapParams(child, f)]));
}
