import * as tf from '#tf';
import { ShapeError } from '../base/errors.js';
import type { Params } from '../stax/layer/params.js';
import type { Tree } from '../tracing/tree.js';
import { derivatives, jvp, vjp } from './gradients.js';
import type { NetworkFunction } from './network-function.js';
import { parameterLeaves, trainableLeaves, withLeaves } from './parameters.js';

/**
 * The network's first-order Taylor expansion in its parameters about `params`: f(θ₀, x) + ∂f/∂θ(θ₀, x)·(θ − θ₀).
 *
 * The result takes parameters of the same form and inputs, and can be differentiated in the parameters (not in the inputs), so
 * that it trains as the network itself does.
 *
 * @param f any function of parameters and inputs: a layer's `apply`, or `networkFunction(model).apply`.
 * @param params θ₀, tensors in lists and records; they are read at each call, so do not change or dispose of them.
 * @throws UnsupportedError when params hold no tensor or one that is not float32.
 * @throws ShapeError from the result, when its parameters differ in form from `params`.
 * @remarks A call costs about four of f: a Jacobian–vector product by two reverse passes. A gradient costs one of f's.
 * @source J. Lee et al., Wide neural networks of any depth evolve as linear models under gradient descent, 2019,
 *   https://arxiv.org/abs/1902.06720, eq. 4.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { linearize, random, stax } from 'neural-tangents';
 * const { init, apply } = stax.serial(stax.Dense(32), stax.Erf(), stax.Dense(1));
 * const [, params] = init(random.key(0), [-1, 2]);
 * const linear = linearize(apply, params);
 * const x = tf.tensor2d([[1, 2]]);
 * console.log(linear(params, x).dataSync()[0] === apply(params, x).dataSync()[0]); // true
 * ```
 */
export function linearize<In extends Tree<tf.Tensor>>(
  f: NetworkFunction<In>,
  params: Params,
): NetworkFunction<In> {
  const start = trainableLeaves('linearize', params);
  return (moved, x) => {
    const leaves = sameForm('linearize', start, moved);
    const run = () => f(params, x);
    return tf.tidy(() => {
      const value = run();
      const tangents = leaves.map((leaf, i) => tf.sub(leaf, start[i]));
      const expansion = tf.add(value, jvp(run, start, tangents, value));
      // Its gradient is the network's at the start: one reverse pass, not one through the product above.
      return tf.customGrad(() => ({
        value: tf.clone(expansion),
        gradFunc: (dy) => vjp(run, start, dy),
      }))(...leaves);
    });
  };
}

/**
 * The network's Taylor expansion of a degree in its parameters about `params`:
 * Σ_k 1/k! · d^k/ds^k f(θ₀ + s·(θ − θ₀), x) at s = 0, k = 0 … degree.
 *
 * @param f any function of parameters and inputs, as for `linearize`.
 * @param params θ₀, tensors in lists and records; they are read at each call, so do not change or dispose of them.
 * @param degree a whole number from 0; 1 is `linearize`.
 * @throws RangeError for another degree. @throws UnsupportedError, ShapeError as `linearize`.
 * @remarks Derivatives are nested reverse passes, so that the time doubles or more with each degree; 4 is practical. Every op of
 *   f must have a gradient in tfjs, and from degree 2 on gradients that tfjs can differentiate. Here are rules for what
 *   it lacks in networks' usual ops: convolutions (2-D, depthwise), pools, exp, tanh, sigmoid, elu, softmax, comparisons.
 *   Results of `tf.customGrad` with a saved result are taken for constants by tfjs.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { type stax, taylorExpand } from 'neural-tangents';
 * const cube = (params: stax.Params, x: tf.Tensor) => tf.mul(tf.pow(params as tf.Tensor, 3), x);
 * const expansion = taylorExpand(cube, tf.scalar(1), 2); // 1 + 3(θ − 1) + 3(θ − 1)²
 * console.log(expansion(tf.scalar(3), tf.tensor1d([1])).dataSync()[0]); // 19
 * ```
 */
export function taylorExpand<In extends Tree<tf.Tensor>>(
  f: NetworkFunction<In>,
  params: Params,
  degree: number,
): NetworkFunction<In> {
  if (!Number.isInteger(degree) || degree < 0) {
    throw new RangeError(`taylorExpand: degree must be a whole number from 0, got ${degree}. Pass e.g. 2.`);
  }
  if (degree === 1) return linearize(f, params);
  const start = trainableLeaves('taylorExpand', params);
  return (moved, x) => {
    const leaves = sameForm('taylorExpand', start, moved);
    return tf.tidy(() => {
      const tangents = leaves.map((leaf, i) => tf.sub(leaf, start[i]));
      const along = (s: tf.Tensor) =>
        f(
          withLeaves(
            params,
            start.map((leaf, i) => tf.add(leaf, tf.mul(s, tangents[i]))),
          ),
          x,
        );
      let factorial = 1;
      return derivatives(along, degree).reduce((sum, derivative, k) => {
        factorial *= k;
        return tf.add(sum, tf.div(derivative, factorial));
      });
    });
  };
}

/** The tensors of parameters that must be formed as those expanded about. */
function sameForm(where: string, start: readonly tf.Tensor[], params: Params): tf.Tensor[] {
  const leaves = parameterLeaves(params);
  const shapes = (tensors: readonly tf.Tensor[]) => tensors.map(({ shape }) => `[${shape}]`).join(', ');
  if (shapes(leaves) === shapes(start)) return leaves;
  throw new ShapeError(
    `${where}: parameters must have the form of those expanded about, ${shapes(start)}, got ${shapes(leaves)}.`,
  );
}
