import { stax } from '../../src/index.js';
import type { AnyLayer, Layer } from '../../src/stax/index.js';
import type { LayerNet } from './layer-net.js';
import { nonlinearityNets } from './nonlinearity-nets.js';

const { Dense, Conv, Relu, LeakyRelu, ABRelu, Abs, Erf, Gelu, Flatten, Identity, FanOut, FanInSum } = stax;
const { ConvTranspose, ConvLocal, LayerNorm, Dropout, Index, Slice, ImageResize } = stax;
const {
  Recurrent,
  Scale,
  residual,
  AvgPool,
  SumPool,
  GlobalAvgPool,
  GlobalSumPool,
  FanInProd,
  FanInConcat,
  parallel,
  repeat,
} = stax;

const conv = (width: number, filter = [2, 2], options = {}) =>
  Conv(width, filter, { wStd: 1.4, bStd: 0.3, ...options });

const dense = (width: number) => Dense(width, { wStd: 1.4, bStd: 0.3 });

const attention = (width: number, options: Partial<stax.GlobalSelfAttentionOptions> = {}) =>
  stax.GlobalSelfAttention({
    ...{ nChanOut: width, nChanKey: width, nChanVal: width, nHeads: 2, bStd: 0.3 },
    ...options,
  });

/** Layers before attention are narrower: its weights are several matrices. */
const half = (width: number) => Math.ceil(width / 2);

const near = (distance: number) => Math.exp(-distance / 2);

/** Every layer. The kernel of a network with one hidden layer is the mean of finite ones at any width, so most have one. */
export const layerNets: readonly LayerNet[] = [
  ['Dense', [3], (w) => [dense(w), Relu()]],
  ['Dense alone', [3], (w) => [dense(w)]],
  [
    'Dense, standard',
    [3],
    (w) => [Dense(w, { wStd: 1.2, bStd: 0.5, parameterization: 'standard', s: [2, 1] }), Relu()],
  ],
  ['Dense on images', [2, 3, 2], (w) => [dense(w), Relu(), GlobalAvgPool()]],
  ['LeakyRelu', [3], (w) => [dense(w), LeakyRelu(0.2)]],
  ['ABRelu', [3], (w) => [dense(w), ABRelu(-0.5, 1.5)]],
  ['Abs', [3], (w) => [dense(w), Abs()]],
  ['Erf', [3], (w) => [dense(w), Erf({ a: 0.9, b: 1.3, c: 0.4 })]],
  ['Gelu', [3], (w) => [dense(w), Gelu()]],
  ['Identity', [3], (w) => [dense(w), Identity(), Relu(), Identity()]],
  ['Flatten first', [2, 3, 2], (w) => [Flatten(), dense(w), Relu()]],
  ['Conv VALID, strides', [4, 5, 2], (w) => [conv(w, [2, 3], { strides: [2, 1] }), Relu(), Flatten()]],
  [
    'Conv SAME, strides',
    [4, 5, 2],
    (w) => [conv(w, [3, 2], { padding: 'SAME', strides: [1, 2] }), Relu(), Flatten()],
  ],
  ['Conv CIRCULAR', [3, 4, 2], (w) => [conv(w, [3, 2], { padding: 'CIRCULAR' }), Relu(), GlobalAvgPool()]],
  [
    'Conv, standard',
    [3, 3, 2],
    (w) => [
      conv(w, [2, 2], { padding: 'SAME', parameterization: 'standard', s: [1, 2] }),
      Relu(),
      GlobalAvgPool(),
    ],
  ],
  ['Conv, 1 axis', [6, 2], (w) => [conv(w, [3], { padding: 'SAME' }), Relu(), GlobalAvgPool()]],
  ['Conv, 3 axes', [2, 3, 2, 2], (w) => [conv(w, [2, 2, 1]), Relu(), GlobalSumPool()]],
  [
    'Conv, channels first',
    [2, 4, 3],
    (w) => [
      conv(w, [3, 2], { dimensionNumbers: ['NCHW', 'WOHI', 'NWHC'] }),
      Relu(),
      AvgPool([1, 2], { padding: 'SAME' }),
      Flatten(),
    ],
  ],
  [
    'Conv, 3 axes permuted',
    [2, 3, 2, 2],
    (w) => [
      conv(w, [1, 2, 2], { dimensionNumbers: ['NHWDC', 'DHWIO', 'NCWDH'] }),
      Relu(),
      SumPool([2, 1, 1], { channelAxis: 1 }),
      GlobalAvgPool({ channelAxis: 1 }),
    ],
  ],
  ['AvgPool', [5, 4, 2], (w) => [conv(w), Relu(), AvgPool([2, 2], { strides: [2, 1] }), Flatten()]],
  ['AvgPool SAME', [4, 4, 2], (w) => [conv(w), Relu(), AvgPool([2, 3], { padding: 'SAME' }), Flatten()]],
  [
    'AvgPool, normalizeEdges',
    [4, 4, 2],
    (w) => [conv(w), Relu(), AvgPool([2, 3], { padding: 'SAME', normalizeEdges: true }), Flatten()],
  ],
  [
    'SumPool CIRCULAR',
    [4, 4, 2],
    (w) => [conv(w), Relu(), SumPool([2, 3], { padding: 'CIRCULAR' }), Flatten()],
  ],
  ['GlobalSumPool', [4, 4, 2], (w) => [conv(w), Relu(), GlobalSumPool()]],
  ['Conv after pooling', [4, 4, 1], (w) => [conv(w), Relu(), AvgPool([2, 2]), conv(w), Relu(), Flatten()]],
  [
    'FanOut, parallel, FanInSum',
    [3],
    (w) => [dense(w), FanOut(2), parallel(stax.serial(Relu(), dense(w)), Identity()), FanInSum(), Relu()],
  ],
  [
    'FanInProd',
    [3],
    (w) => [
      FanOut(3),
      parallel(
        stax.serial(dense(w), Relu()),
        stax.serial(dense(w), Erf()),
        stax.serial(dense(w), Erf({ a: 0.5, c: 1 })),
      ),
      FanInProd(),
    ],
  ],
  [
    'FanInProd on images',
    [3, 4, 2],
    (w) => [FanOut(2), parallel(stax.serial(conv(w), Relu()), conv(w)), FanInProd(), GlobalAvgPool()],
  ],
  [
    'FanInConcat, channels',
    [4, 3, 2],
    (w) => [
      FanOut(2),
      parallel(stax.serial(conv(w), Relu()), stax.serial(conv(3 * w), Erf())),
      FanInConcat(),
      AvgPool([2, 1]),
      Flatten(),
    ],
  ],
  [
    'FanInConcat, an axis',
    [2, 3, 2],
    (w) => [
      FanOut(3),
      parallel(conv(w, [2, 2]), conv(w, [2, 1], { padding: 'SAME', strides: [1, 2] }), conv(w, [1, 2])),
      FanInConcat(1),
      Relu(),
      GlobalAvgPool(),
    ],
  ],
  [
    'ConvTranspose SAME',
    [3, 4, 2],
    (w) => [
      ConvTranspose(w, [3, 2], { padding: 'SAME', strides: [2, 1], wStd: 1.4, bStd: 0.3 }),
      Relu(),
      Flatten(),
    ],
  ],
  [
    'ConvTranspose VALID',
    [3, 2, 2],
    (w) => [ConvTranspose(w, [3, 1], { strides: [2, 2], wStd: 1.4, bStd: 0.3 }), Erf(), GlobalAvgPool()],
  ],
  [
    'ConvTranspose, standard',
    [3, 2],
    (w) => [
      ConvTranspose(w, [3], { padding: 'SAME', parameterization: 'standard', s: [2, 3], bStd: 0.3 }),
      Relu(),
      GlobalAvgPool(),
    ],
  ],
  [
    'ConvTranspose CIRCULAR',
    [3, 2, 2],
    (w) => [
      ConvTranspose(w, [4, 2], { padding: 'CIRCULAR', strides: [1, 3], wStd: 1.4, bStd: 0.3 }),
      Relu(),
      GlobalAvgPool(),
    ],
  ],
  [
    'ConvLocal',
    [4, 3, 2],
    (w) => [
      ConvLocal(w, [2, 2], { padding: 'SAME', strides: [2, 1], wStd: 1.4, bStd: 0.3 }),
      Relu(),
      GlobalAvgPool(),
    ],
  ],
  [
    'ConvLocal CIRCULAR, standard',
    [4, 2],
    (w) => [
      ConvLocal(w, [3], { padding: 'CIRCULAR', parameterization: 'standard', s: [2, 3], bStd: 0.3 }),
      Relu(),
      GlobalSumPool(),
    ],
  ],
  [
    'Index',
    [4, 5, 2],
    (w) => [conv(w), Index([Slice(), Slice(null, null, -2), Slice(1, -1)]), Relu(), GlobalAvgPool()],
  ],
  [
    'Index, dropping an axis',
    [4, 3, 2],
    (w) => [conv(w), Index(['...', -1, Slice()]), conv(w, [2]), Erf(), GlobalAvgPool()],
  ],
  [
    'ImageResize, linear',
    [3, 4, 2],
    (w) => [conv(w), ImageResize([-1, 5, 2, -1], 'linear'), Relu(), Flatten()],
  ],
  [
    'ImageResize, nearest',
    [3, 4, 2],
    (w) => [conv(w), ImageResize([-1, 3, -1, -1], 'nearest'), Relu(), GlobalAvgPool()],
  ],
  [
    'ImageResize, cubic',
    [5, 3, 2],
    (w) => [conv(w, [1, 1]), ImageResize([-1, 3, 4, -1], 'cubic'), Relu(), GlobalAvgPool()],
  ],
  [
    'ImageResize, lanczos3',
    [4, 2],
    (w) => [conv(w, [2]), ImageResize([-1, 2, -1], 'lanczos3', { antialias: false }), Erf(), Flatten()],
  ],
  ['LayerNorm', [3], (w) => [dense(w), LayerNorm(), Relu()]],
  [
    'LayerNorm over images',
    [3, 2, 2],
    (w) => [
      conv(w, [2, 2], { padding: 'SAME' }),
      LayerNorm({ axis: [1, -1], eps: 0.1 }),
      Relu(),
      GlobalAvgPool(),
    ],
  ],
  ['Dropout', [3], (w) => [dense(w), Relu(), Dropout(0.7)]],
  ['Dropout on images', [3, 3, 2], (w) => [conv(w), Relu(), Dropout(0.6), AvgPool([2, 1]), Flatten()]],
  ['Dropout, test', [3], (w) => [dense(w), Relu(), Dropout(0.7, { mode: 'test' })]],
  ['Scale', [3], (w) => [dense(w), Scale(-0.7), Relu(), Scale(2)]],
  [
    'residual',
    [3, 2],
    (w) => [
      dense(w),
      residual(stax.serial(LeakyRelu(0.2), dense(w)), { scale: 0.6, shortcut: conv(w, [1]) }),
      Relu(),
      GlobalAvgPool(),
    ],
  ],
  [
    'Recurrent',
    [4, 2],
    (w) => [Recurrent(w, { wStd: 1.2, uStd: 0.9, bStd: 0.3, nonlinearity: LeakyRelu(0.2) }), GlobalAvgPool()],
  ],
  [
    'Recurrent, last, standard',
    [3, 2],
    (w) => [Recurrent(w, { uStd: 1.4, bStd: 0.3, returns: 'last', parameterization: 'standard' })],
  ],
  ['GlobalSelfAttention', [5, 2], (w) => [conv(half(w), [2]), attention(w), Flatten()]],
  [
    'GlobalSelfAttention, embeddings added',
    [2, 3, 2],
    (w) => [
      dense(half(w)),
      attention(w, { posEmbType: 'SUM', posEmbDecayFn: near, wKeyStd: 1.3 }),
      GlobalAvgPool(),
    ],
  ],
  [
    'GlobalSelfAttention, RELU, embeddings as channels',
    [3, 2],
    (w) => [
      dense(half(w)),
      attention(w, {
        ...{ attentionMechanism: 'RELU', posEmbType: 'CONCAT', nChanPosEmb: w, wPosEmbStd: 1.2 },
        ...{ posEmbDecayFn: near, posEmbPNorm: 1, valPosEmb: true },
      }),
      Flatten(),
    ],
  ],
  [
    'GlobalSelfAttention, ABS',
    [3, 2],
    (w) => [attention(w, { attentionMechanism: 'ABS' }), Relu(), Flatten()],
  ],
  [
    'GlobalSelfAttention, IDENTITY',
    [3, 2],
    (w) => [attention(w, { attentionMechanism: 'IDENTITY', wKeyStd: 1.2, wOutStd: 0.7 }), Flatten()],
  ],
  [
    'GlobalSelfAttention, root scaling',
    [3, 2],
    (w) => [
      attention(w, {
        ...{ linearScaling: false, attentionMechanism: 'IDENTITY', wQueryStd: 1.2, wValueStd: 0.7 },
        // Its scores are random, and are averaged over the heads alone.
        ...{ nHeads: half(w), nChanKey: 4, nChanVal: 4 },
      }),
      Flatten(),
    ],
  ],
  [
    'DotGeneral, contracting',
    [4, 3, 2],
    (w) => [
      conv(w),
      stax.DotGeneral({
        lhs: { shape: [2, 3], data: [1, -0.5, 0.2, 0, 0.7, 1.1] },
        dimensionNumbers: [
          [[1], [1]],
          [[], []],
        ],
      }),
      Relu(),
      GlobalAvgPool({ batchAxis: 1 }),
    ],
  ],
  [
    'DotGeneral, an axis shared',
    [4, 3, 2],
    (w) => [
      conv(w),
      Relu(),
      stax.DotGeneral({
        rhs: { shape: [2], data: [0.6, -1.2] },
        dimensionNumbers: [
          [[], []],
          [[2], [0]],
        ],
      }),
      Flatten({ batchAxis: 1 }),
    ],
  ],
  ['DotGeneral, a number', [3], (w) => [dense(w), stax.DotGeneral({ lhs: -1.5 }), Relu()]],
  ['repeat', [3], (w) => [dense(w), repeat(stax.serial(Relu(), dense(w)), 2), Relu()]],
  ...nonlinearityNets,
];

/** `hidden` followed by a readout of `outDim` outputs. */
export function withReadout(hidden: readonly AnyLayer[], outDim: number): Layer {
  return stax.serial(...(hidden as [Layer]), Dense(outDim, { wStd: 1.1, bStd: 0.2 })) as Layer;
}
