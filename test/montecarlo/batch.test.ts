import * as tf from '@tensorflow/tfjs';
import { it } from 'vitest';
import { stax } from '../../src/index.js';
import type { AnyLayer, Layer } from '../../src/stax/index.js';
import { compareWithFinite } from './compare.js';

const { BatchNorm, Conv, Dense, FanInConcat, FanOut, GlobalAvgPool, ImageResize, Index } = stax;
const { LayerNorm, LeakyRelu, parallel, Relu, Slice } = stax;

const width = 256;

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

it.each(nets)('%s has the kernels of wide networks', (_, batch, sample, hidden) => {
  const x = tf.randomNormal([batch, ...sample], 0, 1, 'float32', 3);
  // Outputs for the first three samples of the batch.
  const layer = stax.serial(
    ...(hidden(width) as [Layer]),
    Dense(1, { wStd: 1.1, bStd: 0.2 }),
    Index([Slice(0, 3)]),
  ) as Layer;
  compareWithFinite({ layer, mixesBatch: true }, x, layer.kernel(x, null, ['nngp', 'ntk']));
});
