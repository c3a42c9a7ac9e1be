import type { Tensor } from '#tf';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';
import { count } from '../layer/options.js';

/**
 * Hands `num` copies to the branches of the `parallel` that follows.
 *
 * @throws ShapeError when `num` is not a positive integer.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const branches = stax.parallel(stax.Dense(64), stax.Dense(64, { wStd: 2 }));
 * const { kernel } = stax.serial(stax.FanOut(2), branches);
 * console.log(kernel(tf.tensor2d([[1]]), null, 'nngp').map((k) => k.arraySync())); // [ [ [ 1 ] ], [ [ 4 ] ] ]
 * ```
 */
export function FanOut(num: number): Layer<Tensor, Tensor[]> {
  count(num, 'FanOut', 'num');
  const copies = <T>(value: T): T[] => Array<T>(num).fill(value);
  return makeLayer<Tensor, Tensor[]>({
    name: 'FanOut',
    axes: null,
    outShape: copies,
    mask: copies,
    apply: (_, x) => Array.from({ length: num }, () => x.clone()),
    propagate: copies,
  });
}
