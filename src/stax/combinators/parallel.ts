import { ShapeError } from '../../base/errors.js';
import { split } from '../../random/index.js';
import type { SymbolicTree } from '../../tracing/symbolic.js';
import { isShape, type Shape, type Tree } from '../../tracing/tree.js';
import { checkLayers } from '../layer/check-layer.js';
import type { AnyLayer, Layer } from '../layer/layer.js';
import { paramsOfLayers } from '../layer/layer-params.js';
import { makeTreeLayer, splitOptions } from '../layer/make-tree-layer.js';
import type { Params } from '../layer/params.js';
import type { InputOf, OutputOf } from '../layer/typing.js';

/**
 * The network that runs layer i on branch i of a list; its parameters are the list of theirs.
 *
 * @throws RangeError without layers; TypeError for what is no layer, such as a layer's function that was not called.
 * @throws ShapeError from `init`, `apply` and `kernel`, when there are not as many branches as layers.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.parallel(stax.Dense(64), stax.Dense(64)), stax.FanInSum());
 * const x = [tf.tensor2d([[1]]), tf.tensor2d([[0, 2]])];
 * console.log(kernel(x, null, 'nngp').arraySync()); // [ [ 3 ] ]
 * ```
 */
export function parallel<const Layers extends readonly AnyLayer[]>(
  ...layers: Layers
): Layer<InputOf<Layers[number]>[], OutputOf<Layers[number]>[]> {
  if (layers.length === 0) throw new RangeError('parallel: needs at least one layer, got none.');
  checkLayers('parallel', layers);
  const branches = <T>(value: T | readonly T[], isList: boolean): readonly T[] => {
    const list = isList ? (value as readonly T[]) : [value as T];
    if (!isList || list.length !== layers.length) {
      throw new ShapeError(
        `parallel: needs as many branches as layers (${layers.length}), got ${isList ? list.length : 'one tensor'}. ` +
          `Pass a list, or put FanOut(${layers.length}) before it.`,
      );
    }
    return list;
  };
  const shapesOf = (shape: Tree<Shape>) => branches<Tree<Shape>>(shape as Tree<Shape>[], !isShape(shape));
  return makeTreeLayer({
    name: 'parallel',
    axes: layers.map((layer) => layer.axes),
    outShape: (shape) => {
      const shapes = shapesOf(shape);
      return layers.map((layer, i) => layer.outShape(shapes[i]));
    },
    init(key, inputShape) {
      const [shapes, keys] = [shapesOf(inputShape), split(key, layers.length)];
      const drawn = layers.map((layer, i): [Tree<Shape>, Params] => layer.init(keys[i], shapes[i]));
      return [drawn.map(([shape]) => shape), drawn.map(([, params]) => params)];
    },
    apply(params, x, options) {
      const drawn = paramsOfLayers('parallel', params, layers.length);
      const [xs, own] = [branches(x, Array.isArray(x)), splitOptions(options, layers.length)];
      return layers.map((layer, i) => layer.apply(drawn[i], xs[i], own[i]));
    },
    propagate(kernel) {
      const kernels = branches<SymbolicTree>(kernel as SymbolicTree[], Array.isArray(kernel));
      return layers.map((layer, i) => layer.propagate(kernels[i]));
    },
  });
}
