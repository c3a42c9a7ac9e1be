import * as tf from '#tf';
import { isTensor } from '../base/is-tensor.js';
import { type Dtype, type NdArray, sizeOf } from '../base/nd-array.js';
import { shareable } from '../base/shared-memory.js';
import type { Rows } from '../executors/pairs.js';
import type { RowLayout, SampleFacts } from '../program/row.js';
import { leavesOf, mapTree, type Tree } from '../tracing/tree.js';
import type { Samples } from './check-input.js';

/** The rows of samples, `[n, row.size]`, from which gradients flow to the inputs. */
export function tensorRows(x: Tree<tf.Tensor>, row: RowLayout, facts: readonly SampleFacts[]): tf.Tensor {
  const inputs = leavesOf(x).map((input) => tf.reshape(tf.cast(input, 'float32'), [facts.length, -1]));
  if (row.tables.length === 0 && inputs.length === 1) return inputs[0];
  if (row.size === 0) return tf.zeros([facts.length, 0]);
  const tables = tablesOf(row, facts);
  const width = row.size - row.inputSize;
  return tf.concat([...inputs, tf.tensor2d(Float32Array.from(tables), [facts.length, width])], 1);
}

/** The rows of samples for the engine. */
export function engineRows(
  x: Tree<Samples>,
  row: RowLayout,
  facts: readonly SampleFacts[],
  dtype: Dtype,
): Rows {
  const count = facts.length;
  const inputs = leavesOf(x).map((input) => (isTensor(input) ? input.dataSync() : input.data));
  if (row.tables.length === 0 && inputs.length === 1) return { data: shareable(dtype, inputs[0]), count };
  const data = shareable(dtype, new Float64Array(count * row.size));
  const put = (part: ArrayLike<number>, at: number) => {
    const size = part.length / count;
    for (let i = 0; i < count; i++) {
      for (let e = 0; e < size; e++) data[i * row.size + at + e] = part[i * size + e];
    }
  };
  inputs.forEach((input, i) => {
    put(input, row.inputs[i].at);
  });
  put(tablesOf(row, facts), row.inputSize);
  return { data, count };
}

/** The tables of samples, `[n, row.size − row.inputSize]`. */
function tablesOf({ tables, inputSize, size }: RowLayout, facts: readonly SampleFacts[]): Float64Array {
  const width = size - inputSize;
  const data = new Float64Array(facts.length * width);
  facts.forEach((sample, i) => {
    for (const { at, evaluate } of tables) data.set(evaluate(sample), i * width + at - inputSize);
  });
  return data;
}

/** Cuts the gradient in rows' inputs, `[n, row.inputSize]`, into gradients in the shapes of the inputs. */
export function inputGradients(
  x: Tree<Samples>,
  { inputs, inputSize }: RowLayout,
  gradient: Float64Array,
): Tree<NdArray<Float64Array>> {
  if (!Array.isArray(x)) return { shape: (x as Samples).shape, data: gradient };
  let index = 0;
  return mapTree<Samples, NdArray<Float64Array>>(x, ({ shape }) => {
    const { at } = inputs[index++];
    const size = sizeOf(shape) / shape[0];
    const data = new Float64Array(sizeOf(shape));
    for (let i = 0; i < shape[0]; i++) {
      data.set(gradient.subarray(i * inputSize + at, i * inputSize + at + size), i * size);
    }
    return { shape, data };
  });
}
