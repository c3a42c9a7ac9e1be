import * as tf from '@tensorflow/tfjs';
import { random } from '../../src/index.js';
import type { Layer, Params } from '../../src/stax/index.js';

/** Mean over draws, and its standard error, of each entry of a Gram matrix of x with itself, `[n, n]` row-major. */
export interface Estimate {
  readonly mean: readonly number[];
  readonly standardError: readonly number[];
}

/**
 * Covariance of a network's outputs, averaged over the output channels and over draws of the parameters.
 *
 * @param layer its outputs are `[n, width]`.
 */
export function empiricalNngp(layer: Layer, x: tf.Tensor, draws: number, seed: number): Estimate {
  return estimate(layer, x, draws, seed, (params, key) => {
    const outputs = layer.apply(params, x, { key });
    return tf.div(tf.matMul(outputs, outputs, false, true), outputs.shape[1]!);
  });
}

/**
 * Tangent kernel Σ_θ ∂f(x)/∂θ · ∂f(x')/∂θ of a network with one output, averaged over draws of the parameters.
 *
 * @param layer its outputs are `[n, 1]`.
 */
export function empiricalNtk(layer: Layer, x: tf.Tensor, draws: number, seed: number): Estimate {
  return estimate(layer, x, draws, seed, (params, key) => {
    const leaves = leavesOf(params);
    const rows = tf.unstack(x).map((sample, i) => {
      // Each sample has its own random draws, the same in all of its derivatives.
      const options = { key: random.foldIn(key, i) };
      const output = (...tensors: tf.Tensor[]) =>
        tf.sum(layer.apply(withLeaves(params, tensors), tf.expandDims(sample), options));
      return tf.concat(
        tf
          .grads(output)(leaves)
          .map((gradient) => tf.reshape(gradient, [-1])),
      );
    });
    const jacobian = tf.stack(rows);
    return tf.matMul(jacobian, jacobian, false, true);
  });
}

/**
 * `empiricalNtk` of a network that mixes the samples of a batch: each output depends on all of `x`.
 *
 * @param layer its outputs are `[n, 1]`.
 */
export function empiricalBatchNtk(layer: Layer, x: tf.Tensor, draws: number, seed: number): Estimate {
  return estimate(layer, x, draws, seed, (params, key) => {
    const leaves = leavesOf(params);
    const outputs = (...tensors: tf.Tensor[]) => layer.apply(withLeaves(params, tensors), x, { key });
    const count = outputs(...leaves).shape[0];
    const rows = Array.from({ length: count }, (_, i) => {
      const gradients = tf.grads((...tensors) => tf.sum(tf.slice(outputs(...tensors), [i, 0], [1, 1])))(
        leaves,
      );
      return tf.concat(gradients.map((gradient) => tf.reshape(gradient, [-1])));
    });
    const jacobian = tf.stack(rows);
    return tf.matMul(jacobian, jacobian, false, true);
  });
}

function estimate(
  layer: Layer,
  x: tf.Tensor,
  draws: number,
  seed: number,
  gramOf: (params: Params, key: random.Key) => tf.Tensor,
): Estimate {
  const grams = random.split(random.key(seed), draws).map((key) =>
    tf.tidy(() => {
      const [initKey, applyKey] = random.split(key);
      const [, params] = layer.init(initKey, x.shape);
      return gramOf(params, applyKey).dataSync();
    }),
  );
  const mean = [...grams[0]].map((_, i) => grams.reduce((sum, gram) => sum + gram[i], 0) / draws);
  const standardError = mean.map((centre, i) => {
    const squares = grams.reduce((sum, gram) => sum + (gram[i] - centre) ** 2, 0);
    return Math.sqrt(squares / (draws - 1) / draws);
  });
  return { mean, standardError };
}

function leavesOf(params: Params): tf.Tensor[] {
  return params instanceof tf.Tensor ? [params] : Object.values(params).flatMap(leavesOf);
}

/** The tree `params` with other leaves, in the order of `leavesOf`. */
function withLeaves(params: Params, leaves: readonly tf.Tensor[]): Params {
  const rest = [...leaves];
  const build = (tree: Params): Params => {
    if (tree instanceof tf.Tensor) return rest.shift()!;
    if (Array.isArray(tree)) return tree.map(build);
    return Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, build(value)]));
  };
  return build(params);
}
