import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { stax } from '../../src/index.js';
import type { AnyLayer, Layer } from '../../src/stax/index.js';
import { distance, resolution } from './distance.js';
import { empiricalBatchNtk, empiricalNngp } from './empirical.js';

const { BatchNorm, Conv, Dense, FanInConcat, FanOut, GlobalAvgPool, ImageResize, Index } = stax;
const { LayerNorm, LeakyRelu, parallel, Relu, Slice } = stax;

const width = 256;
const draws = 40;

/**
 * Networks that mix the samples of a batch: the batch, one sample's shape, the hidden layers by their width. Those with BatchNorm
 * have many directions, as its kernel needs: 1/(their number) is within the standard errors.
 */
const nets: [name: string, batch: number, sample: number[], hidden: (w: number) => AnyLayer[]][] = [
  ['Index of the batch', 4, [3], (w) => [Dense(w, { bStd: 0.3 }), Index([Slice(null, null, -1)]), Relu()]],
  [
    'FanInConcat along the batch',
    2,
    [3],
    (w) => [FanOut(2), parallel(Dense(w), Dense(w, { wStd: 1.5 })), FanInConcat(0), Relu()],
  ],
  [
    'ImageResize of the batch',
    5,
    [3],
    (w) => [Dense(w, { bStd: 0.3 }), ImageResize([3, -1], 'cubic'), Relu()],
  ],
  ['LayerNorm over the batch', 3, [3], (w) => [Dense(w), LayerNorm({ axis: [0, -1] }), Relu()]],
  ['BatchNorm', 96, [384], (w) => [Dense(w, { bStd: 0.5 }), BatchNorm(), Relu()]],
  [
    'BatchNorm on images',
    24,
    [5, 96],
    (w) => [Conv(w, [2], { bStd: 0.2 }), BatchNorm(), LeakyRelu(0.3), GlobalAvgPool()],
  ],
];

describe.each(nets)('%s', (_name, batch, sample, hidden) => {
  const x = tf.randomNormal([batch, ...sample], 0, 1, 'float32', 3);
  /** Outputs for the first three samples of the batch. */
  const net = (outDim: number) =>
    stax.serial(
      ...(hidden(width) as [Layer]),
      Dense(outDim, { wStd: 1.1, bStd: 0.2 }),
      Index([Slice(0, 3)]),
    ) as Layer;
  const analytic = net(1).kernel(x, null, ['nngp', 'ntk']);

  it('has the NNGP of wide networks', () => {
    const estimate = empiricalNngp(net(64), x, draws, 1);
    expect(resolution(estimate)).toBeLessThan(0.05);
    expect(distance(estimate, analytic.nngp.dataSync())).toBeLessThan(3);
  });

  it('has the NTK of wide networks', () => {
    const estimate = empiricalBatchNtk(net(1), x, draws, 2);
    expect(resolution(estimate)).toBeLessThan(0.05);
    expect(distance(estimate, analytic.ntk.dataSync())).toBeLessThan(3);
  });
});
