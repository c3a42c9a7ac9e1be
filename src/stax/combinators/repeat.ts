import type { Tensor } from '#tf';
import { ShapeError } from '../../base/errors.js';
import { split } from '../../random/index.js';
import type { SymbolicKernel, SymbolicTree } from '../../tracing/symbolic.js';
import { mapTree, type Shape, type Tree } from '../../tracing/tree.js';
import { checkLayer } from '../layer/check-layer.js';
import type { AnyLayer, Layer } from '../layer/layer.js';
import { paramsOfLayers } from '../layer/layer-params.js';
import { makeTreeLayer, splitOptions } from '../layer/make-tree-layer.js';
import type { Params } from '../layer/params.js';
import type { InputOf, OutputOf } from '../layer/typing.js';

/**
 * The network that runs a layer `n` times in a row, each time with parameters of its own; its parameters are the list of
 * these. With n = 0 it is the identity.
 *
 * @throws ShapeError when `n` is not a non-negative integer, and, from `init` and `kernel`, when the layer's outputs have
 *   another shape than its inputs.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const block = stax.serial(stax.Relu(), stax.Dense(64, { wStd: 2 }));
 * const { kernel } = stax.serial(stax.Dense(64), stax.repeat(block, 10));
 * console.log(kernel(tf.tensor2d([[1]]), null, 'nngp').arraySync()); // [ [ 1024 ] ]
 * ```
 */
export function repeat<L extends AnyLayer>(layer: L, n: number): Layer<InputOf<L>, OutputOf<L>> {
  checkLayer('repeat', 'layer', layer);
  if (!Number.isInteger(n) || n < 0) {
    throw new ShapeError(`repeat: n must be a non-negative integer, got ${n}.`);
  }
  const times = Array.from({ length: n }, (_, i) => i);
  const sameShape = (shape: Tree<Shape>, out: Tree<Shape>): Tree<Shape> => {
    if (JSON.stringify(out) === JSON.stringify(shape)) return shape;
    throw new ShapeError(
      `repeat: a repeated layer must keep the shape of its inputs, got ${JSON.stringify(shape)} in and ` +
        `${JSON.stringify(out)} out. Match its width, strides and padding.`,
    );
  };
  return makeTreeLayer<InputOf<L>, OutputOf<L>>({
    name: 'repeat',
    axes: n === 0 ? null : layer.axes,
    outShape: (shape) => (n === 0 ? shape : sameShape(shape, layer.outShape(shape))),
    init(key, inputShape) {
      const params = split(key, n).map((own): Params => {
        const [outputShape, drawn] = layer.init(own, inputShape);
        sameShape(inputShape, outputShape);
        return drawn;
      });
      return [inputShape, params];
    },
    apply(params, x, options) {
      const drawn = paramsOfLayers('repeat', params, n);
      const own = splitOptions(options, n);
      if (n === 0) return mapTree<Tensor, Tensor>(x, (tensor) => tensor.clone());
      return times.reduce((y, i) => layer.apply(drawn[i], y, own[i]), x);
    },
    propagate(kernel) {
      return times.reduce<SymbolicTree>((k) => {
        const next = layer.propagate(k);
        sameShape(shapesOf(k), shapesOf(next));
        return next;
      }, kernel);
    },
  });
}

const shapesOf = (kernel: SymbolicTree): Tree<Shape> =>
  mapTree<SymbolicKernel, Shape>(kernel, ({ shape }) => shape);
