import { checkOptions } from '../check-options.js';
import { type AxesOptions, axesOptionNames, axesRequest, withoutSpatial } from '../kernel/axes.js';
import { append, channelsOf, spatialOf } from '../kernel/symbolic.js';
import { sizeOf } from '../nd-array.js';
import { type Layer, makeLayer } from './layer.js';

/** Mean over all positions: K' = mean over p and p' of K[p, p']; Θ alike. */
export function GlobalAvgPool(options: AxesOptions = {}): Layer {
  return globalPool('GlobalAvgPool', options, true);
}

/** Sum over all positions: K' = sum over p and p' of K[p, p']; Θ alike. */
export function GlobalSumPool(options: AxesOptions = {}): Layer {
  return globalPool('GlobalSumPool', options, false);
}

function globalPool(name: string, options: AxesOptions, average: boolean): Layer {
  checkOptions(name, options, axesOptionNames);
  return makeLayer({
    name,
    axes: { input: axesRequest(name, options), output: withoutSpatial },
    outShape: (shape) => [channelsOf(shape)],
    apply(_, x) {
      const axes = x.shape.slice(1, -1).map((__, i) => i + 1);
      return average ? x.mean(axes) : x.sum(axes);
    },
    propagate(k, shape) {
      const image = spatialOf(k.shape);
      if (image.length === 0) return k;
      return append(
        k,
        [
          {
            op: 'pool',
            shape: [],
            window: image,
            strides: image.map(() => 1),
            low: image.map(() => 0),
            scale: average ? 1 / sizeOf(image) ** 2 : 1,
          },
        ],
        { shape },
      );
    },
  });
}
