import * as tf from '#tf';
import { sizeOf } from '../base/nd-array.js';
import type { Params } from '../stax/layer/params.js';
import type { Shape, Tree } from '../tracing/tree.js';
import type { Block } from './blocks.js';
import { evaluate } from './evaluation.js';
import { vjp } from './gradients.js';
import type { NetworkFunction } from './network-function.js';
import { countOf } from './parameters.js';
import { samplesBetween } from './samples.js';
import type { Work } from './work.js';

/** A network and where it is differentiated. */
export interface Point {
  readonly where: string;
  readonly network: NetworkFunction<never>;
  readonly params: Params;
  /** The tensors of `params`. */
  readonly leaves: readonly tf.Tensor[];
  /** Whether outputs of a sample depend on that sample alone. */
  readonly isIndependent: boolean;
}

/** Which samples to run, and which of their outputs' entries, so that one entry of a block's outputs is differentiated. */
function entryOf(
  { isIndependent }: Point,
  block: Block,
  shape: Shape,
  entry: number,
): { readonly samples: Block; readonly outputs: Shape; readonly index: number } {
  if (!isIndependent) return { samples: block, outputs: shape, index: entry };
  const outputs = [1, ...shape.slice(1)];
  const size = sizeOf(outputs);
  const from = block.from + Math.floor(entry / size);
  return { samples: { from, to: from + 1 }, outputs, index: entry % size };
}

/** The gradients of one entry of a block's outputs in every parameter, for the caller to dispose of. */
export function gradientsOfEntry(
  point: Point,
  x: Tree<tf.Tensor>,
  block: Block,
  shape: Shape,
  entry: number,
): tf.Tensor[] {
  const { where, network, params, leaves } = point;
  const { samples, outputs, index } = entryOf(point, block, shape, entry);
  return tf.tidy(() => {
    const cotangent = new Float32Array(sizeOf(outputs));
    cotangent[index] = 1;
    const own = samplesBetween(x, samples.from, samples.to);
    return vjp(() => evaluate(where, network, params, own), leaves, tf.tensor(cotangent, [...outputs]));
  });
}

/**
 * The derivatives of a block's outputs in all parameters, one row an entry of the outputs.
 *
 * @param shape of the block's outputs.
 */
export async function jacobianRows(
  point: Point,
  x: Tree<tf.Tensor>,
  block: Block,
  shape: Shape,
  work: Work,
): Promise<Float64Array> {
  const count = sizeOf(shape);
  const width = countOf(point.leaves);
  const rows = new Float64Array(count * width);
  for (let entry = 0; entry < count; entry++) {
    const gradients = gradientsOfEntry(point, x, block, shape, entry);
    let at = entry * width;
    for (const gradient of gradients) {
      rows.set(await gradient.data(), at);
      at += gradient.size;
      gradient.dispose();
    }
    await work.step();
  }
  return rows;
}
