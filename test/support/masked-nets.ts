import { stax } from '../../src/index.js';
import type { AnyLayer, Layer } from '../../src/stax/index.js';

const { Conv, ConvLocal, ConvTranspose, Dense, Dropout, LayerNorm, GlobalSelfAttention } = stax;
const { AvgPool, SumPool, GlobalAvgPool, GlobalSumPool, Flatten, Index, Slice, ImageResize } = stax;
const { Relu, Erf, Exp, Cos, Gelu, FanOut, FanInSum, FanInProd, FanInConcat, parallel, serial } = stax;

const weights = { wStd: 1.4, bStd: 0.3 };
const dense = (width: number) => Dense(width, weights);
const conv = (width: number, filter: readonly number[], options = {}) =>
  Conv(width, filter, { ...weights, ...options });

/** Networks for masked inputs: one sample's shape, and the network by its width, without a readout. */
export const maskedNets: readonly [string, readonly number[], (width: number) => Layer][] = (
  [
    ['Conv SAME', [5, 2], (w) => [conv(w, [3], { padding: 'SAME' }), Relu(), GlobalAvgPool()]],
    ['Conv with strides', [6, 3, 2], (w) => [conv(w, [3, 2], { strides: [2, 1] }), Gelu(), Flatten()]],
    [
      'Conv CIRCULAR',
      [5, 2],
      (w) => [conv(w, [3], { padding: 'CIRCULAR' }), Exp({ b: 0.4 }), GlobalSumPool()],
    ],
    [
      'dimensionNumbers',
      [4, 3, 2],
      (w) => [
        conv(w, [3, 2], { padding: 'SAME', dimensionNumbers: ['NHWC', 'HWIO', 'NCWH'] }),
        Cos(),
        Flatten(),
      ],
    ],
    [
      'ConvLocal',
      [5, 2],
      (w) => [ConvLocal(w, [3], { ...weights, padding: 'SAME' }), Relu(), GlobalAvgPool()],
    ],
    [
      'ConvTranspose',
      [4, 2],
      (w) => [ConvTranspose(w, [2], { ...weights, strides: [2] }), Relu(), GlobalAvgPool()],
    ],
    ['AvgPool', [6, 2], (w) => [conv(w, [2]), Relu(), AvgPool([2], { strides: [2] }), Flatten()]],
    [
      'SumPool CIRCULAR',
      [5, 2],
      (w) => [dense(w), Relu(), SumPool([3], { padding: 'CIRCULAR' }), conv(w, [2]), Erf(), Flatten()],
    ],
    ['LayerNorm', [5, 2], (w) => [dense(w), LayerNorm({ axis: [1, 2], eps: 0.1 }), Relu(), GlobalAvgPool()]],
    [
      'LayerNorm over one of two axes',
      [4, 3, 2],
      (w) => [dense(w), LayerNorm({ axis: [2, 3], eps: 0.1 }), Exp({ b: 0.4 }), GlobalAvgPool()],
    ],
    ['Dropout', [4, 2], (w) => [dense(w), Relu(), Dropout(0.7), GlobalAvgPool()]],
    [
      'Index',
      [5, 2],
      (w) => [dense(w), Index([Slice(), Slice(null, null, -2)]), Exp({ b: 0.4 }), GlobalAvgPool()],
    ],
    ['ImageResize', [4, 2], (w) => [dense(w), ImageResize([-1, 6, -1], 'linear'), Relu(), GlobalAvgPool()]],
    [
      'FanInSum',
      [4, 2],
      (w) => [
        FanOut(2),
        parallel(conv(w, [3], { padding: 'SAME' }), dense(w)),
        FanInSum(),
        Erf(),
        GlobalAvgPool(),
      ],
    ],
    [
      'FanInProd',
      [4, 2],
      (w) => [FanOut(2), parallel(serial(dense(w), Exp({ b: 0.4 })), dense(w)), FanInProd(), GlobalAvgPool()],
    ],
    [
      'FanInConcat, an axis',
      [4, 2],
      (w) => [FanOut(2), parallel(conv(w, [2]), dense(w)), FanInConcat(1), Relu(), GlobalAvgPool()],
    ],
    [
      'FanInConcat, channels',
      [4, 2],
      (w) => [
        FanOut(2),
        parallel(serial(dense(w), Relu()), dense(2 * w)),
        FanInConcat(),
        dense(w),
        GlobalAvgPool(),
      ],
    ],
    [
      'attention',
      [4, 2],
      (w) => [
        dense(w),
        GlobalSelfAttention({
          nChanOut: w,
          nChanKey: w,
          nChanVal: w,
          nHeads: w,
          bStd: 0.2,
          posEmbType: 'SUM',
        }),
        Relu(),
        GlobalAvgPool(),
      ],
    ],
  ] as [string, number[], (width: number) => AnyLayer[]][]
).map(([name, sample, layers]) => [name, sample, (width) => serial(...(layers(width) as [Layer])) as Layer]);
