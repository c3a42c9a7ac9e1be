import type { Tensor } from '@tensorflow/tfjs';
import { type Layer, makeLayer } from './layer.js';
import { checkCount } from './options.js';

/**
 * Hands `num` copies to the branches of the `parallel` that follows.
 *
 * @throws ShapeError when `num` is not a positive integer.
 */
export function FanOut(num: number): Layer<Tensor, Tensor[]> {
  checkCount('FanOut', 'num', num);
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
