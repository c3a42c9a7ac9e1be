import { split } from '../../random/index.js';
import { asksAxes } from '../../tracing/axes.js';
import type { SymbolicTree } from '../../tracing/symbolic.js';
import type { Shape, Tree } from '../../tracing/tree.js';
import { checkLayers } from '../layer/check-layer.js';
import type { AnyLayer, Layer } from '../layer/layer.js';
import { paramsOfLayers } from '../layer/layer-params.js';
import { makeTreeLayer, splitOptions } from '../layer/make-tree-layer.js';
import type { Params } from '../layer/params.js';
import type { InputOf, OutputOf } from '../layer/typing.js';

/** What the first of these layers takes. */
export type InputOfFirst<Layers extends readonly AnyLayer[]> = InputOf<Layers[0]>;

/** What the last of these layers gives. */
export type OutputOfLast<Layers extends readonly AnyLayer[]> = Layers extends readonly [
  ...AnyLayer[],
  infer Last,
]
  ? OutputOf<Last>
  : OutputOf<Layers[number]>;

/**
 * The network that runs layers one after the other; its parameters are the list of theirs.
 *
 * @throws RangeError without layers; TypeError for what is no layer, such as a layer's function that was not called.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(64), stax.Relu(), stax.Dense(1));
 * const x = tf.tensor2d([[3, 4]]);
 * console.log(kernel(x, null, 'nngp').arraySync(), kernel(x, null, 'ntk').arraySync()); // [ [ 6.25 ] ] [ [ 12.5 ] ]
 * ```
 */
export function serial<const Layers extends readonly AnyLayer[]>(
  ...layers: Layers
): Layer<InputOfFirst<Layers>, OutputOfLast<Layers>> {
  if (layers.length === 0) throw new RangeError('serial: needs at least one layer, got none.');
  checkLayers('serial', layers);
  return makeTreeLayer<InputOfFirst<Layers>, OutputOfLast<Layers>>({
    name: 'serial',
    axes: layers.map((layer) => layer.axes).find(asksAxes) ?? null,
    outShape: (shape) => layers.reduce<Tree<Shape>>((s, layer) => layer.outShape(s), shape),
    init(key, inputShape) {
      let [rest, shape] = [key, inputShape];
      const params = layers.map((layer): Params => {
        const [next, layerKey] = split(rest);
        rest = next;
        const [outputShape, own] = layer.init(layerKey, shape);
        shape = outputShape;
        return own;
      });
      return [shape, params];
    },
    apply(params, x, options) {
      const drawn = paramsOfLayers('serial', params, layers.length);
      const own = splitOptions(options, layers.length);
      return layers.reduce((y, layer, i) => layer.apply(drawn[i], y, own[i]), x);
    },
    propagate: (kernel) => layers.reduce<SymbolicTree>((k, layer) => layer.propagate(k), kernel),
  });
}
