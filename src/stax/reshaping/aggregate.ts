import * as tf from '#tf';
import { UnsupportedError } from '../../base/errors.js';
import { type NdArray, sizeOf } from '../../base/nd-array.js';
import { anything, byDefault, oneOf, optional, readOptions } from '../../base/options.js';
import { patternsOf } from '../../inputs/read-samples.js';
import { type AxesOptions, axesOptions, resolveAxes, toStandardOrder } from '../../tracing/axes.js';
import { append, spatialOf } from '../../tracing/symbolic.js';
import type { Shape } from '../../tracing/tree.js';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';
import { denseWeights, positionMatrix, sparseWeights } from './graph-matrix.js';

/** How a pattern says which positions are joined: a weight for each pair, or a list of edges. */
export type AggregateImplementation = 'DENSE' | 'SPARSE';

/** Options of `Aggregate`. */
export interface AggregateOptions extends AxesOptions {
  /** The spatial axis, or axes, whose positions are the graph's vertices; all by default. Negative ones count from the end. */
  readonly aggregateAxis?: number | readonly number[];
  /** `'DENSE'` by default. */
  readonly implementation?: AggregateImplementation;
  /** Makes the dense pattern `[1, …sizes, …sizes]` of what one sample's pattern `[1, …]` says; of `'DENSE'`. */
  readonly toDense?: (pattern: NdArray) => NdArray;
}

const aggregateOptions = {
  aggregateAxis: optional(anything<number | readonly number[]>()),
  implementation: byDefault(
    'DENSE',
    oneOf<AggregateImplementation>(['DENSE', 'SPARSE'], 'must be', UnsupportedError),
  ),
  toDense: optional(anything<(pattern: NdArray) => NdArray>()),
  ...axesOptions,
};

/**
 * Sums activations over the edges of a graph, which each sample brings as `pattern` (an option of `kernel`, `gram` and `apply`):
 * y[j] = Σ_i A[i, j]·x[i]. Without a pattern it changes nothing.
 *
 * K'[j, j'] = Σ_i Σ_i' A1[i, j]·A2[i', j']·K[i, i']; Θ alike. Other spatial axes go through each by itself.
 *
 * A dense pattern is `[n, …sizes, …sizes]`, the weight of the edge from a vertex (tail) to another (head), both running over
 * `aggregateAxis`. A sparse one is `[n, edges, axes, 2]`, the tail's and the head's coordinate on each axis: edges of weight 1,
 * repeated ones add up, those with a negative coordinate fill up.
 *
 * @throws UnsupportedError for another implementation, from `init` and `kernel` when batch or channels are among the axes, and
 *   from `kernel` when one of two patterns is absent.
 * @throws RangeError when an axis is not an integer or there is none such; from `kernel` and `apply` for an edge that
 *   leaves the image.
 * @throws ShapeError from `kernel` and `apply`, when a pattern does not fit.
 *
 * @remarks A sample's matrix over positions takes positions² numbers; kernels cost positions³ products a pair.
 * @source S. Du et al., Graph neural tangent kernel, 2019, https://arxiv.org/abs/1905.13192.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { apply } = stax.Aggregate({ implementation: 'SPARSE' });
 * const edges = tf.tensor4d([[[[0, 1]], [[1, 2]], [[0, 2]]]]); // 0 → 1, 1 → 2, 0 → 2
 * console.log(apply([], tf.tensor3d([[[1], [10], [100]]]), { pattern: edges }).dataSync().join()); // 0,1,11
 * ```
 */
export function Aggregate(options: AggregateOptions = {}): Layer {
  const name = 'Aggregate';
  const read = readOptions(name, options, aggregateOptions);
  const { aggregateAxis, implementation, toDense, ...request } = read;
  /** The aggregated ones of a sample's spatial axes, in order. */
  const aggregated = (sample: Shape): number[] => {
    const rank = sample.length + 1;
    if (aggregateAxis === undefined) return [...spatialOf(sample).keys()];
    const order = toStandardOrder(resolveAxes(name, request, rank), rank);
    const own = [aggregateAxis].flat().map((axis) => {
      const at = order.indexOf(axis < 0 ? axis + rank : axis) - 1;
      if (at === -2) throw new RangeError(`${name}: axis ${axis} is none of activations with ${rank} axes.`);
      if (at >= 0 && at < rank - 2) return at;
      throw new UnsupportedError(`${name}: aggregateAxis must be spatial, got ${axis}, samples or channels.`);
    });
    return [...new Set(own)].sort((a, b) => a - b);
  };
  /** One sample's matrix over positions. */
  const matrixOf = (pattern: NdArray, sample: Shape): Float64Array => {
    const image = spatialOf(sample);
    const axes = aggregated(sample);
    const sizes = axes.map((axis) => image[axis]);
    if (implementation === 'SPARSE') return positionMatrix(image, axes, sparseWeights(pattern, sizes));
    const decoded = toDense?.({ shape: [1, ...pattern.shape], data: pattern.data });
    const dense = decoded ? { shape: decoded.shape.slice(1), data: decoded.data } : pattern;
    return positionMatrix(image, axes, denseWeights(dense, sizes));
  };
  const sameKey = JSON.stringify([aggregateAxis ?? null, implementation]);
  return makeLayer({
    name,
    axes: { input: request },
    outShape(shape) {
      aggregated(shape);
      return shape;
    },
    apply(_, x, { pattern }) {
      if (pattern === undefined || pattern === null) return x.clone();
      const [n, ...sample] = x.shape;
      const positions = sizeOf(spatialOf(sample));
      const matrices = patternsOf(name, pattern, n).map((own) => [...matrixOf(own, sample)]);
      const product = tf.matMul(
        tf.tensor(matrices.flat(), [n, positions, positions]),
        tf.reshape(x, [n, positions, -1]),
      );
      return tf.reshape(product, x.shape);
    },
    propagate(k) {
      if (!k.builder.hasPattern) return k;
      const shape = spatialOf(k.shape);
      const key = toDense ? {} : `${sameKey} of ${shape}`;
      const at = k.builder.table(key, sizeOf(shape) ** 2, ({ pattern }) => matrixOf(pattern!, k.shape));
      return append(k, [{ op: 'transform', shape, matrix: { at } }]);
    },
  });
}
