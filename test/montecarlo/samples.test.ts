import type * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { type NdArray, stax } from '../../src/index.js';
import type { ApplyOptions, Layer } from '../../src/stax/index.js';
import { generic, tensorOf } from '../support/compute.js';
import { withReadout } from '../support/layer-nets.js';
import { maskedNets } from '../support/masked-nets.js';
import { distance, resolution } from './distance.js';
import { empiricalNngp, empiricalNtk } from './empirical.js';

const width = 256;
const outputs = 64;
const drawsOf = (name: string): number => (name.endsWith('FanInProd') ? 200 : 40);

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

describe.each(nets)('%s', (name, sample, hidden, { maskConstant, graph }) => {
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
  const net = (outDim: number): Layer => {
    const layer = withReadout([hidden(width)], outDim);
    const { apply } = layer;
    const withSamples: Layer['apply'] = (params, input: tf.Tensor, options) =>
      apply(params, input, { ...options, ...masks, ...patternOf(input.shape[0]) });
    return Object.assign(layer, { apply: withSamples });
  };
  const analytic = () =>
    net(1).kernel(x, null, ['nngp', 'ntk'], { executor: 'tf', ...masks, ...patternOf(shape[0]) });

  it('has the NNGP of wide networks', () => {
    const estimate = empiricalNngp(net(outputs), x, drawsOf(name), 1);
    expect(resolution(estimate)).toBeLessThan(0.05);
    expect(distance(estimate, analytic().nngp.dataSync())).toBeLessThan(3);
  });

  it('has the NTK of wide networks', () => {
    const estimate = empiricalNtk(net(1), x, drawsOf(name), 2);
    expect(resolution(estimate)).toBeLessThan(0.05);
    expect(distance(estimate, analytic().ntk.dataSync())).toBeLessThan(3);
  });
});
