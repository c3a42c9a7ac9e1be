import { append, spatialOf } from '../kernel/symbolic.js';
import { sizeOf } from '../nd-array.js';
import { type Layer, makeLayer } from './layer.js';

/**
 * Joins all axes but the batch into channels: K' = mean over positions p of K[p, p]; Θ alike.
 *
 * The channels come from different positions, hence are no longer identically distributed: a nonlinearity may
 * follow only after a `Dense` layer.
 */
export function Flatten(): Layer {
  return makeLayer({
    name: 'Flatten',
    outShape: (shape) => [sizeOf(shape)],
    apply: (_, x) => x.reshape([x.shape[0], sizeOf(x.shape.slice(1))]),
    propagate(k, shape) {
      const op = k.builder.op(k.node);
      if (op.op === 'gram') {
        // The mean over positions of the inputs' covariances is that of the flattened inputs: one matrix product.
        const node = k.builder.emit({ ...op, shape: [], channels: sizeOf(shape) });
        return { ...k, node, shape };
      }
      const flattened = { shape, isGaussian: false, origin: 'the output of Flatten' };
      const image = spatialOf(k.shape);
      if (image.length === 0) return { ...k, ...flattened };
      const strides = image.map(() => 1);
      const low = image.map(() => 0);
      return append(k, [{ op: 'patchMean', shape: [], window: image, strides, low }], flattened);
    },
  });
}
