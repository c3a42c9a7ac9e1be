import * as tf from '#tf';
import { sizeOf } from '../base/nd-array.js';

/** Rows `from` to `to` of row-major rows of this shape. */
export function tensorOfRows(
  data: Float64Array,
  shape: readonly number[],
  from: number,
  to: number,
): tf.Tensor {
  const width = sizeOf(shape);
  return tf.tensor(Float32Array.from(data.subarray(from * width, to * width)), [to - from, ...shape]);
}

/** The entries of tensors by name, which it disposes of. */
export async function downloaded(
  tensors: Readonly<Record<string, tf.Tensor>>,
): Promise<Record<string, Float64Array>> {
  const entries = await Promise.all(
    Object.entries(tensors).map(
      async ([name, tensor]) => [name, Float64Array.from(await tensor.data())] as const,
    ),
  );
  tf.dispose(tensors);
  return Object.fromEntries(entries);
}
