import * as tf from '#tf';
import { type AnyArray, type NestedNumbers, toNdArray } from '../base/any-array.js';

/**
 * Any array as a float32 tensor, for `kernel`, `init` and `apply`: here float64 numbers are rounded.
 *
 * @throws TypeError, ShapeError or DisposedError as `toNdArray`.
 * @example
 * ```ts
 * import { stax, toTensor } from 'neural-tangents';
 *
 * const { kernel } = stax.Dense(1);
 * console.log(kernel(toTensor([[3, 4]]), null, 'nngp').arraySync()); // [ [ 12.5 ] ]
 * ```
 */
export function toTensor(x: AnyArray | NestedNumbers): tf.Tensor {
  const { shape, data } = toNdArray(x);
  return tf.tensor(Float32Array.from(data), [...shape], 'float32');
}
