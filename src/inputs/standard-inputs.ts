import { isTensor } from '../base/is-tensor.js';
import type { NdArray } from '../base/nd-array.js';
import { transposeArray } from '../base/transpose-array.js';
import { type AxesRequests, fromStandardOrder, inputAxes, toStandardOrder } from '../tracing/axes.js';
import { mapInputs } from '../tracing/map-inputs.js';
import type { Tree } from '../tracing/tree.js';
import type { Samples } from './check-input.js';
import { toStandard } from './transpose.js';

/**
 * Inputs with samples first and channels last, as networks are traced, of inputs with their axes where the network asks for
 * them. What has no two axes is left for the checks to refuse.
 *
 * @throws ShapeError when an input has no such axes.
 */
export function standardInputs<X extends Samples>(
  where: string,
  requests: AxesRequests,
  x: Tree<X>,
): Tree<X> {
  return mapInputs<X, X>(x, requests, (leaf, own) => {
    if (leaf.shape.length < 2) return leaf;
    const axes = inputAxes(where, own, leaf.shape.length);
    if (!isTensor(leaf)) return transposeArray(leaf, toStandardOrder(axes, leaf.shape.length)) as X;
    return leaf.isDisposed ? leaf : (toStandard(leaf, axes) as X);
  });
}

/** Arrays like such inputs (their gradients), with the axes where the caller has them. */
export function callersArrays(
  where: string,
  requests: AxesRequests,
  x: Tree<NdArray<Float64Array>>,
): Tree<NdArray<Float64Array>> {
  return mapInputs(x, requests, (leaf, own) => {
    const rank = leaf.shape.length;
    return transposeArray(leaf, fromStandardOrder(inputAxes(where, own, rank), rank));
  });
}
