import * as tf from '#tf';
import { intersection } from '../../tracing/mask-maps.js';
import { spatialOf } from '../../tracing/symbolic.js';
import { equalShape } from '../layer/branches.js';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';

/**
 * Multiplies branches: K' = Π K_i, Θ' = Σ_i Θ_i·Π_{j≠i} K_j.
 *
 * The kernel takes the branches for independent: each needs weights of its own. The product is not Gaussian: a nonlinearity
 * may follow only after a layer with weights.
 *
 * @throws ShapeError from `init` and `kernel`, when the branches differ in shape.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const gate = stax.serial(stax.Dense(64), stax.Erf());
 * const branches = stax.parallel(gate, stax.Dense(64, { wStd: 2 }));
 * const { kernel } = stax.serial(stax.FanOut(2), branches, stax.FanInProd());
 * console.log(kernel(tf.tensor2d([[0.5]]), null, 'nngp').dataSync()[0].toFixed(4)); // 0.2163
 * ```
 */
export function FanInProd(): Layer<tf.Tensor[], tf.Tensor> {
  return makeLayer<tf.Tensor[], tf.Tensor>({
    name: 'FanInProd',
    axes: null,
    outShape: (shapes) => equalShape('FanInProd', shapes),
    remask: false,
    mask: intersection,
    apply: (_, xs) => xs.slice(1).reduce((product, x) => tf.mul(product, x), xs[0].clone()),
    propagate(branches, shape) {
      if (branches.length === 1) return branches[0];
      const [{ builder }] = branches;
      const node = branches
        .map((branch) => branch.node)
        .reduce((a, b) => builder.emit({ op: 'product', inputs: [a, b], shape: spatialOf(shape) }));
      const isInput = branches.some((branch) => branch.isInput);
      return { ...branches[0], node, isInput, isGaussian: false, origin: 'the output of FanInProd' };
    },
  });
}
