import * as tf from '@tensorflow/tfjs';
import { random } from '../../src/index.js';
import type { Layer, Params } from '../../src/stax/index.js';

/** Mean over draws, and its standard error, of each entry of a Gram matrix of x with itself, `[n, n]` row-major. */
export interface Estimate {
  readonly mean: readonly number[];
  readonly standardError: readonly number[];
}

/** Estimates of both kernels from the same draws. */
export interface Estimates {
  readonly nngp: Estimate;
  readonly ntk: Estimate;
}

/** A network with one output, `[n, 1]`, whose last weights are a Dense with a bias. */
export interface FiniteNet {
  readonly layer: Layer;
  /** Whether each output depends on all samples of the batch; otherwise samples are run one by one. */
  readonly mixesBatch?: boolean;
}

/**
 * Draws a network's parameters and averages its kernels: the tangent kernel Σ_θ ∂f(x)/∂θ · ∂f(x')/∂θ, and of this the part
 * of the last layer's parameters. That part is the covariance of outputs given what comes before the last layer, so its mean is
 * the NNGP, without the chance that drawn outputs would add.
 *
 * @param enough called with all draws so far, after the first 10 and then after every half as many again; true ends the drawing.
 * @param most draws at most.
 */
export function empiricalKernels(
  { layer, mixesBatch = false }: FiniteNet,
  x: tf.Tensor,
  { seed, most, enough }: { seed: number; most: number; enough: (estimates: Estimates) => boolean },
): Estimates {
  const draws: { nngp: Float32Array; ntk: Float32Array }[] = [];
  const estimates = (): Estimates => ({
    nngp: estimate(draws.map(({ nngp }) => nngp)),
    ntk: estimate(draws.map(({ ntk }) => ntk)),
  });
  let look = 10;
  for (const key of random.split(random.key(seed), most)) {
    const [initKey, applyKey] = random.split(key);
    draws.push(tf.tidy(() => kernelsOf(layer, mixesBatch, x, initKey, applyKey)));
    if (draws.length === look) {
      const found = estimates();
      if (enough(found)) return found;
      look = Math.ceil(1.5 * look);
    }
  }
  return estimates();
}

function kernelsOf(layer: Layer, mixesBatch: boolean, x: tf.Tensor, initKey: random.Key, key: random.Key) {
  const [, params] = layer.init(initKey, x.shape);
  const leaves = leavesOf(params);
  const rows = mixesBatch
    ? batchGradients(layer, params, leaves, x, key)
    : gradients(layer, params, leaves, x, key);
  const gramOf = (from: number) => {
    const jacobian = tf.stack(
      rows.map((row) => tf.concat(row.slice(from).map((part) => tf.reshape(part, [-1])))),
    );
    return tf.matMul(jacobian, jacobian, false, true);
  };
  // The readout's weights and bias come last.
  const last = gramOf(leaves.length - 2);
  return { nngp: last.dataSync() as Float32Array, ntk: gramOf(0).dataSync() as Float32Array };
}

/** Of each sample's output the gradients in all leaves. */
function gradients(
  layer: Layer,
  params: Params,
  leaves: tf.Tensor[],
  x: tf.Tensor,
  key: random.Key,
): tf.Tensor[][] {
  return tf.unstack(x).map((sample, i) => {
    // Each sample has its own random draws, the same in all of its derivatives.
    const options = { key: random.foldIn(key, i) };
    const output = (...tensors: tf.Tensor[]) =>
      tf.sum(layer.apply(withLeaves(params, tensors), tf.expandDims(sample), options));
    return tf.grads(output)(leaves);
  });
}

/** The same for outputs that depend on the whole batch. */
function batchGradients(
  layer: Layer,
  params: Params,
  leaves: tf.Tensor[],
  x: tf.Tensor,
  key: random.Key,
): tf.Tensor[][] {
  const outputs = (...tensors: tf.Tensor[]) => layer.apply(withLeaves(params, tensors), x, { key });
  return Array.from({ length: outputs(...leaves).shape[0] }, (_, i) =>
    tf.grads((...tensors) => tf.sum(tf.slice(outputs(...tensors), [i, 0], [1, 1])))(leaves),
  );
}

function estimate(grams: readonly Float32Array[]): Estimate {
  const draws = grams.length;
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
