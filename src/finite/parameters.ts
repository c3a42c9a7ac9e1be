import type * as tf from '#tf';
import { DisposedError, UnsupportedError } from '../base/errors.js';
import { isTensor } from '../base/is-tensor.js';
import type { Params } from '../stax/layer/params.js';

/** The tensors of a tree of parameters, first to last. */
export function parameterLeaves(params: Params): tf.Tensor[] {
  return isTensor(params) ? [params] : Object.values(params).flatMap(parameterLeaves);
}

/** The tree `params` with other tensors in the order of `parameterLeaves`. */
export function withLeaves(params: Params, leaves: readonly tf.Tensor[]): Params {
  let next = 0;
  const build = (tree: Params): Params => {
    if (isTensor(tree)) return leaves[next++];
    if (Array.isArray(tree)) return tree.map(build);
    return Object.fromEntries(Object.entries(tree).map(([name, child]) => [name, build(child)]));
  };
  return build(params);
}

/**
 * The tensors of parameters that are differentiated.
 *
 * @throws UnsupportedError when there is none, or one does not hold real numbers.
 * @throws DisposedError when one was disposed of.
 */
export function trainableLeaves(where: string, params: Params): tf.Tensor[] {
  const leaves = parameterLeaves(params);
  if (leaves.length === 0) {
    throw new UnsupportedError(
      `${where}: params must hold a tensor to differentiate in, got none. Pass those that init drew, or a model's weights.`,
    );
  }
  leaves.forEach((leaf, i) => {
    if (leaf.isDisposed) throw new DisposedError(`${where}: tensor ${i} of params was disposed of.`);
    if (leaf.dtype === 'float32') return;
    throw new UnsupportedError(
      `${where}: params must hold float32 tensors, got ${leaf.dtype} in tensor ${i}, in which nothing can be ` +
        'differentiated. Leave it out of params and let the function close over it.',
    );
  });
  return leaves;
}

/** Numbers in all of these tensors. */
export function countOf(leaves: readonly tf.Tensor[]): number {
  return leaves.reduce((sum, { size }) => sum + size, 0);
}
