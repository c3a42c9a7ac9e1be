import * as tf from '#tf';
import { type NdArray, sizeOf } from '../base/nd-array.js';
import { arrayOf } from '../finite/training/optimizer.js';

/** Rows of row-major rows of this shape: those of these numbers, or all. */
export function tensorOfRows(
  data: Float64Array,
  shape: readonly number[],
  rows?: readonly number[],
): tf.Tensor {
  const width = sizeOf(shape);
  if (!rows) return tf.tensor(Float32Array.from(data), [data.length / width, ...shape]);
  const own = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    own.set(data.subarray(row * width, (row + 1) * width), i * width);
  });
  return tf.tensor(own, [rows.length, ...shape]);
}

/** `count` whole numbers from `from` on. */
export const rowsFrom = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + i);

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

/** The entries of tensors, which it disposes of, with their shapes. */
export async function arraysOf(tensors: readonly tf.Tensor[]): Promise<NdArray<Float32Array>[]> {
  const arrays = await Promise.all(tensors.map(arrayOf));
  tf.dispose([...tensors]);
  return arrays;
}
