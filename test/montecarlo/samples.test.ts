import type * as tf from '@tensorflow/tfjs';
import { it } from 'vitest';
import { type NdArray, stax } from '../../src/index.js';
import type { ApplyOptions, Layer } from '../../src/stax/index.js';
import { generic, tensorOf } from '../support/compute.js';
import { withReadout } from '../support/layer-nets.js';
import { maskedNets } from '../support/masked-nets.js';
import { compareWithFinite } from './compare.js';

const width = 256;

/** What the samples of a network bring beside their numbers; graphs are the same for all of them. */
interface Brings {
  readonly maskConstant?: number;
  readonly graph?: NdArray;
}

const dense = (w: number) => stax.Dense(w, { wStd: 1.4, bStd: 0.3 });

const nets: readonly [string, readonly number[], (width: number) => Layer, Brings][] = [
  // Attention is Gaussian for infinitely many heads alone.
  ...maskedNets
    .filter(([name]) => name !== 'attention')
    .map(([name, sample, net]) => [`masked, ${name}`, sample, net, { maskConstant: 10 }] as const),
  [
    'Aggregate',
    [4, 2],
    (w) => stax.serial(dense(w), stax.Relu(), stax.Aggregate(), stax.GlobalAvgPool()),
    { graph: generic([4, 4], 3) },
  ],
  [
    'Aggregate, sparse',
    [4, 2],
    (w) =>
      stax.serial(
        stax.Aggregate({ implementation: 'SPARSE' }),
        dense(w),
        stax.Relu(),
        stax.Aggregate({ implementation: 'SPARSE' }),
        stax.GlobalSumPool(),
      ),
    { graph: { shape: [4, 2], data: Float64Array.from([0, 1, 1, 2, 2, 0, 3, 1]) } },
  ],
] as [string, readonly number[], (width: number) => Layer, Brings][];

it.each(nets)('%s has the kernels of wide networks', (_, sample, hidden, { maskConstant, graph }) => {
  const { shape, data } = generic([2, ...sample]);
  const size = data.length / shape[0];
  // The last position of the second sample.
  if (maskConstant !== undefined) data.fill(maskConstant, 2 * size - size / sample[0]);
  const x = tensorOf({ shape, data });
  const patternOf = (n: number): ApplyOptions & { pattern?: NdArray } =>
    graph
      ? {
          pattern: {
            shape: [n, ...graph.shape],
            data: Float64Array.from(Array.from({ length: n }, () => [...graph.data]).flat()),
          },
        }
      : {};
  const masks = { ...(maskConstant !== undefined && { maskConstant }) };
  const layer = withReadout([hidden(width)], 1);
  const { apply } = layer;
  const withSamples: Layer['apply'] = (params, input: tf.Tensor, options) =>
    apply(params, input, { ...options, ...masks, ...patternOf(input.shape[0]) });
  const options = { executor: 'tf', ...masks, ...patternOf(shape[0]) } as const;
  const analytic = layer.kernel(x, null, ['nngp', 'ntk'], options);
  compareWithFinite({ layer: Object.assign(layer, { apply: withSamples }) }, x, analytic);
});
