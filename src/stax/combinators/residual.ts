import { anything, byDefault, optional, readOptions } from '../../base/options.js';
import { checkLayer } from '../layer/check-layer.js';
import type { Layer } from '../layer/layer.js';
import { Scale } from '../nonlinearities/scale.js';
import { FanInSum } from './fan-in-sum.js';
import { FanOut } from './fan-out.js';
import { Identity } from './identity.js';
import { parallel } from './parallel.js';
import { serial } from './serial.js';

/** Options of `residual`. */
export interface ResidualOptions {
  /** Factor α on the branch; 1 by default. */
  readonly scale?: number;
  /** What stands beside the branch; `Identity()` by default. Where the branch changes the shape, e.g. a strided `Conv`. */
  readonly shortcut?: Layer;
}

const residualOptions = { scale: byDefault(1, anything<number>()), shortcut: optional(anything<Layer>()) };

/**
 * The residual block shortcut(x) + α·branch(x): K' = K_shortcut + α²·K_branch; Θ alike.
 *
 * The same as `FanOut(2)`, `parallel(shortcut, serial(branch, Scale(α)))`, `FanInSum()`, with their parameters and conditions: the
 * branch has weights of its own and ends in a layer with weights. With α ∝ 1/√L over L blocks, kernels stay
 * bounded and keep telling inputs apart as L grows.
 *
 * @throws RangeError when `scale` is not a finite number.
 * @throws ShapeError from `init` and `kernel`, when branch and shortcut differ in shape.
 * @throws UnsupportedError from `kernel`, when branch or shortcut is not Gaussian.
 * @source Depth-scaled residuals: S. Hayou et al., Stable ResNet, 2020, https://arxiv.org/abs/2010.12859.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const depth = 100;
 * const branch = stax.serial(stax.Relu(), stax.Dense(64, { wStd: Math.SQRT2 }));
 * const blocks = stax.repeat(stax.residual(branch, { scale: 1 / Math.sqrt(depth) }), depth);
 * const { kernel } = stax.serial(stax.Dense(64), blocks);
 * console.log(kernel(tf.tensor2d([[1]]), null, 'nngp').dataSync()[0].toFixed(4)); // 2.7048
 * ```
 */
export function residual(branch: Layer, options: ResidualOptions = {}): Layer {
  const { scale, shortcut = Identity() } = readOptions('residual', options, residualOptions);
  checkLayer('residual', 'branch', branch);
  checkLayer('residual', 'shortcut', shortcut);
  return serial(FanOut(2), parallel(shortcut, serial(branch, Scale(scale))), FanInSum()) as Layer;
}
