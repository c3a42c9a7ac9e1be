import * as tf from '#tf';
import { type FloatArray, type NdArray, sizeOf } from '../base/nd-array.js';
import { type Axes, fromStandardOrder, isStandard, toStandardOrder } from '../tracing/axes.js';

/** A tensor of the caller's, in the standard order: samples first, channels last. */
export function toStandard(x: tf.Tensor, axes: Axes): tf.Tensor {
  return isStandard(axes, x.rank) ? x : tf.transpose(x, toStandardOrder(axes, x.rank));
}

/** A tensor in the standard order, as the caller's axes are. */
export function fromStandard(x: tf.Tensor, axes: Axes): tf.Tensor {
  return isStandard(axes, x.rank) ? x : tf.transpose(x, fromStandardOrder(axes, x.rank));
}

/** An array whose axis a is the axis `order[a]` of the given one; a new one unless the order is that already. */
export function transposeArray<Data extends FloatArray>(
  { shape, data }: NdArray<Data>,
  order: readonly number[],
): NdArray<Data> {
  if (order.every((from, axis) => from === axis)) return { shape, data };
  const distances = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const sizes = order.map((axis) => shape[axis]);
  const steps = order.map((axis) => distances[axis]);
  const result = data.slice() as Data;
  const index = sizes.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = data[from];
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      index[axis] += 1;
      if (index[axis] < sizes[axis]) break;
      from -= steps[axis] * sizes[axis];
      index[axis] = 0;
    }
  }
  return { shape: sizes, data: result };
}
