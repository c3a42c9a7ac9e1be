import { type Layer, makeLayer } from './layer.js';

/** Leaves everything as it is: the skip connection of a residual block. */
export function Identity(): Layer {
  return makeLayer({
    name: 'Identity',
    axes: null,
    outShape: (shape) => shape,
    apply: (_, x) => x.clone(),
    propagate: (k) => k,
  });
}
