import * as tf from '#tf';
import { ShapeError } from '../base/errors.js';
import type { Params } from '../stax/layer/params.js';
import type { Tree } from '../tracing/tree.js';
import { evaluate } from './evaluation.js';
import { jvp, vjp } from './gradients.js';
import type { NetworkFunction } from './network-function.js';
import { trainableLeaves } from './parameters.js';

/**
 * Products of a finite network's tangent kernel with vectors, without the kernel: J(x1)·(J(x2)ᵀ·v), with J the derivatives of all
 * outputs in all parameters.
 *
 * @param f any function of parameters and inputs, as for `empiricalNtk`.
 * @param x2 null: x1.
 * @returns a function of v, shaped as f's outputs for x2, that gives a tensor shaped as those for x1.
 * @throws UnsupportedError when params hold no float32 tensor. @throws ShapeError from the result, for a v of another shape.
 * @remarks One reverse and one forward derivative a call. Whole batches are differentiated, so that networks may mix samples.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { empiricalNtkVp, random, stax } from 'neural-tangents';
 * const { init, apply } = stax.serial(stax.Dense(32), stax.Relu(), stax.Dense(1));
 * const x = tf.tensor2d([[1, 2], [2, -1]]);
 * const [, params] = init(random.key(0), x.shape);
 * const product = empiricalNtkVp(apply, params, x, null);
 * console.log(product(tf.ones([2, 1])).shape); // [ 2, 1 ]
 * ```
 */
export function empiricalNtkVp<In extends Tree<tf.Tensor>>(
  f: NetworkFunction<In>,
  params: Params,
  x1: In,
  x2: In | null,
): (v: tf.Tensor) => tf.Tensor {
  const where = 'empiricalNtkVp';
  const leaves = trainableLeaves(where, params);
  const run = (x: In) => () => evaluate(where, f as NetworkFunction<never>, params, x);
  const [run1, run2] = [run(x1), run(x2 ?? x1)];
  const [shape1, shape2] = tf.tidy(() => [run1().shape, run2().shape]);
  return (v) => {
    if (String(v.shape) !== String(shape2)) {
      throw new ShapeError(
        `${where}: the vector must be [${shape2}], as the outputs for x2, got [${v.shape}].`,
      );
    }
    return tf.tidy(() => jvp(run1, leaves, vjp(run2, leaves, tf.cast(v, 'float32')), tf.zeros(shape1)));
  };
}
