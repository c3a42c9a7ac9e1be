import * as tf from '#tf';
import { NonFiniteError, ShapeError, UnsupportedError } from '../base/errors.js';
import { firstNonFinite } from '../base/first-non-finite.js';
import { isTensor } from '../base/is-tensor.js';
import type { Params } from '../stax/layer/params.js';
import type { Shape, Tree } from '../tracing/tree.js';
import type { Block } from './blocks.js';
import type { NetworkFunction } from './network-function.js';
import { samplesBetween } from './samples.js';

/** Largest difference, relative to the largest output, that another size of the batch may make to a sample's outputs. */
const SAME = 1e-3;

/** Outputs of a network for some samples, read. */
export interface Outputs {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/**
 * Runs a network.
 *
 * @throws TypeError when it returns no tensor.
 * @throws UnsupportedError when it returns whole numbers or truth values.
 */
export function evaluate(
  where: string,
  f: NetworkFunction<never>,
  params: Params,
  x: Tree<tf.Tensor>,
): tf.Tensor {
  const y: unknown = f(params, x as never);
  if (!isTensor(y)) {
    throw new TypeError(
      `${where}: the network must return one tensor, got ${Array.isArray(y) ? 'a list' : typeof y}. ` +
        'Pass a function that picks an output, e.g. (params, x) => f(params, x)[0].',
    );
  }
  if (y.dtype === 'float32') return y;
  throw new UnsupportedError(`${where}: the network must return float32, got ${y.dtype}.`);
}

/** The network's outputs for a block of samples, read. @throws NonFiniteError when one is NaN or infinite. */
export async function readOutputs(
  where: string,
  f: NetworkFunction<never>,
  params: Params,
  x: Tree<tf.Tensor>,
  { from, to }: Block,
): Promise<Outputs> {
  const y = tf.tidy(() => evaluate(where, f, params, samplesBetween(x, from, to)));
  const data = (await y.data()) as Float32Array;
  y.dispose();
  const bad = firstNonFinite(data);
  if (bad >= 0) {
    throw new NonFiniteError(
      `${where}: the network's outputs must be finite, got ${data[bad]} at entry ${bad}. Scale parameters or inputs down.`,
    );
  }
  return { shape: y.shape, data };
}

/**
 * Checks that the outputs of a sample depend on that sample alone, by running the first and the last by themselves.
 *
 * @param block the samples that were run together, with their outputs.
 * @throws ShapeError when there are not as many outputs as samples.
 * @throws UnsupportedError when outputs differ without the other samples.
 */
export async function checkIndependent(
  where: string,
  f: NetworkFunction<never>,
  params: Params,
  x: Tree<tf.Tensor>,
  block: Block,
  { shape, data }: Outputs,
): Promise<void> {
  const count = block.to - block.from;
  if (shape[0] !== count) {
    throw new ShapeError(
      `${where}: the network must return outputs [${count}, …] for ${count} samples, got [${shape}]. ` +
        'Pass vmapAxes: null if it mixes samples.',
    );
  }
  const size = data.length / count;
  const scale = data.reduce((max, entry) => Math.max(max, Math.abs(entry)), 0);
  for (const sample of new Set([0, count - 1])) {
    const alone = tf.tidy(() =>
      evaluate(where, f, params, samplesBetween(x, block.from + sample, block.from + sample + 1)),
    );
    const entries = await alone.data();
    alone.dispose();
    const differs =
      entries.length !== size ||
      entries.some((entry, i) => !(Math.abs(entry - data[sample * size + i]) <= SAME * scale));
    if (!differs || count === 1) continue;
    throw new UnsupportedError(
      `${where}: sample ${sample} has other outputs alone than among ${count}, so the network mixes the samples of a batch ` +
        'or is random. Pass vmapAxes: null, which differentiates whole batches.',
    );
  }
}
