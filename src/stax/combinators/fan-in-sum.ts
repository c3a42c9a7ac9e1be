import * as tf from '#tf';
import { intersection } from '../../tracing/mask-maps.js';
import { spatialOf } from '../../tracing/symbolic.js';
import { equalShape, requireGaussianBranches } from '../layer/branches.js';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';

/**
 * Adds branches up: K' = Σ K_i, Θ' = Σ Θ_i.
 *
 * The kernel takes the branches for independent: each needs weights of its own, one at most being `Identity`.
 *
 * @throws ShapeError from `init` and `kernel`, when the branches differ in shape.
 * @throws UnsupportedError from `kernel`, when a branch is not Gaussian (unless it is the only one).
 *
 * @example
 * ```ts
 * import { stax } from 'neural-tangents';
 * const block = stax.serial(
 *   stax.FanOut(2),
 *   stax.parallel(stax.serial(stax.Relu(), stax.Dense(64)), stax.Identity()),
 *   stax.FanInSum(),
 * );
 * const net = stax.serial(stax.Dense(64), block, stax.Relu(), stax.Dense(1));
 * ```
 */
export function FanInSum(): Layer<tf.Tensor[], tf.Tensor> {
  return makeLayer<tf.Tensor[], tf.Tensor>({
    name: 'FanInSum',
    axes: null,
    outShape: (shapes) => equalShape('FanInSum', shapes),
    remask: false,
    mask: intersection,
    apply: (_, xs) => tf.addN(xs),
    propagate(branches, shape) {
      if (branches.length === 1) return branches[0];
      requireGaussianBranches('FanInSum', branches);
      const [{ builder }] = branches;
      const inputs = branches.map((branch) => branch.node);
      return { ...branches[0], node: builder.emit({ op: 'sum', inputs, shape: spatialOf(shape) }) };
    },
  });
}
