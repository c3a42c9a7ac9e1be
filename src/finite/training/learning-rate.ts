import * as tf from '#tf';
import type { AnyArray } from '../../base/any-array.js';
import { byDefault, readOptions, rule } from '../../base/options.js';
import { type WorkOptions, workOptions } from '../../base/work-options.js';
import { maxLearningRate } from '../../predict/index.js';
import type { Params } from '../../stax/layer/params.js';
import type { Tree } from '../../tracing/tree.js';
import { computeKernels, empiricalNtkOptions } from '../kernels.js';
import type { NetworkFunction } from '../network-function.js';

/** Options of `empiricalLearningRate`. */
export interface EmpiricalLearningRateOptions extends WorkOptions {
  /** Of the optimiser; default 0. */
  readonly momentum?: number;
}

/** A momentum of gradient descent. */
export const momentum = rule<number>('must be from 0 to below 1', (given) => given >= 0 && given < 1);

const empiricalLearningRateOptions = { momentum: byDefault(0, momentum), ...workOptions };

/**
 * The largest learning rate at which gradient descent on ½·mean (f − y)² does not diverge while the network is close to its
 * linearization: 2(1 + momentum)·n·C/λ, λ the largest eigenvalue of the tangent kernel of Σ_c f_c(x)/√C on samples x.
 *
 * @param f outputs `[n, C]`. @param x `[n, …]`; some tens of samples do, as λ/n hardly depends on n.
 * @throws as `empiricalNtk`. @throws RangeError for a momentum outside [0, 1).
 * @remarks n reverse passes. As λ counts the sum of the outputs, not each, the rate holds for data like x.
 * @source J. Lee et al., Finite versus infinite neural networks, 2020, https://arxiv.org/abs/2007.15801, appendix; Neural Tangents'
 *   `max_learning_rate`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { empiricalLearningRate, random, stax } from 'neural-tangents';
 * const { init, apply } = stax.serial(stax.Dense(64), stax.Relu(), stax.Dense(3));
 * const x = tf.randomNormal([20, 2], 0, 1, 'float32', 1);
 * const [, params] = init(random.key(0), x.shape);
 * console.log((await empiricalLearningRate(apply, params, x, { momentum: 0.9 })) > 1); // true
 * ```
 */
export async function empiricalLearningRate<In extends Tree<tf.Tensor>>(
  f: NetworkFunction<In>,
  params: Params,
  x: Tree<AnyArray>,
  options: EmpiricalLearningRateOptions = {},
): Promise<number> {
  const where = 'empiricalLearningRate';
  const { momentum, ...following } = readOptions(where, options, empiricalLearningRateOptions);
  let outputs = 1;
  const summed = (own: Params, inputs: In): tf.Tensor => {
    const y = f(own, inputs);
    outputs = y.size / y.shape[0];
    return tf.div(tf.sum(tf.reshape(y, [y.shape[0], -1]), 1), Math.sqrt(outputs));
  };
  const computing = readOptions(where, { ...following, traceAxes: [] }, empiricalNtkOptions);
  const { ntk } = await computeKernels(where, summed, params, x, null, ['ntk'], computing);
  return maxLearningRate(ntk!, { momentum, yTrainSize: ntk!.shape[0] * outputs });
}
