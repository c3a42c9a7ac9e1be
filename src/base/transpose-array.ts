import { type FloatArray, type NdArray, sizeOf } from './nd-array.js';

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
