import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { stax, traceProgram } from '../../src/index.js';
import type { AnyLayer, Layer } from '../../src/stax/index.js';

const { AvgPool, Conv, Dense, FanInConcat, FanInSum, FanOut, Flatten, GlobalAvgPool, Identity } = stax;
const { Index, parallel, Relu, serial, Slice } = stax;

const x = tf.ones([2, 4, 4, 2]);
const conv = () => Conv(4, [2, 2]);
const heads = { nChanOut: 4, nChanKey: 4, nChanVal: 4, nHeads: 2 } as const;
const kernelOf = (layer: Layer) => layer.kernel;
const traced = (...layers: AnyLayer[]) => traceProgram(serial(...(layers as [Layer])) as Layer, [4, 4, 2]);

/** What has no answer, in Neural Tangents as here: the call, and what it says here. */
const refusals: Record<string, Record<string, [call: () => unknown, message: string]>> = {
  inputs: {
    'a vector': [
      () => kernelOf(Dense(2))(tf.ones([3])),
      'ShapeError: kernel: x1 needs a batch and a channel axis, got shape [3]. Reshape a vector of d numbers to [1, d].',
    ],
    'an array of numbers': [
      () => kernelOf(Dense(2))([[1, 2]] as never),
      'TypeError: kernel: x1[0][0] must be a tensor or a Kernel, got 1. Pass e.g. tf.tensor2d(…); arrays and matrices go to gram.',
    ],
    'get without fields': [
      () => kernelOf(Dense(2))(x, null, []),
      "RangeError: get: needs at least one field, got an empty list. Pass e.g. ['nngp', 'ntk'].",
    ],
    'get with a field twice': [
      () => kernelOf(Dense(2))(x, null, ['nngp', 'NNGP']),
      "RangeError: get: each field once, got 'nngp' twice.",
    ],
    'get with another field': [
      () => kernelOf(Dense(2))(x, null, 'ntkk' as never),
      "RangeError: get: fields of a kernel are nngp, ntk, cov1, cov2, x1IsX2, isGaussian, isReversed, isInput, diagonalBatch, diagonalSpatial, shape1, shape2, batchAxis, channelAxis, mask1, mask2; got 'ntkk'.",
    ],
  },
  axes: {
    'channels on another axis': [
      () => traced(Dense(3, { channelAxis: 1 }), Relu(), Dense(3)),
      'ShapeError: Dense: expects samples on axis 0, channels on axis 3, got samples on axis 0, channels on axis 1. Give all layers the same batchAxis, channelAxis and dimensionNumbers.',
    ],
    'samples on another axis': [
      () => traced(Dense(3), Dense(3, { batchAxis: 1 })),
      'ShapeError: Dense: expects samples on axis 1, channels on axis 3, got samples on axis 0, channels on axis 3. Give all layers the same batchAxis, channelAxis and dimensionNumbers.',
    ],
    'by a pool': [
      () => traced(conv(), AvgPool([2, 2], { channelAxis: 1 })),
      'ShapeError: AvgPool: expects samples on axis 0, channels on axis 1, got samples on axis 0, channels on axis 3. Give all layers the same batchAxis, channelAxis and dimensionNumbers.',
    ],
    'by Flatten': [
      () => traced(conv(), Flatten({ batchAxis: -1 })),
      'ShapeError: Flatten: expects samples on axis 3, got samples on axis 0, channels on axis 3. Give all layers the same batchAxis, channelAxis and dimensionNumbers.',
    ],
    'after Flatten': [
      () => traced(Flatten({ batchAxisOut: 1 }), Dense(3)),
      'ShapeError: Dense: expects samples on axis 0, channels on axis 1, got samples on axis 1, channels on axis 0. Give all layers the same batchAxis, channelAxis and dimensionNumbers.',
    ],
    'after an axis was dropped': [
      () => traced(Index([Slice(), 0], { channelAxis: 3 }), GlobalAvgPool({ channelAxis: 3 })),
      'ShapeError: GlobalAvgPool: channelAxis 3 is none of activations with 3 axes.',
    ],
    'by a convolution': [
      () => traced(conv(), Conv(3, [2, 2], { dimensionNumbers: ['NCHW', 'HWIO', 'NCHW'] })),
      'ShapeError: Conv: expects samples on axis 0, channels on axis 1, got samples on axis 0, channels on axis 3. Give all layers the same batchAxis, channelAxis and dimensionNumbers.',
    ],
    'between branches': [
      () => traced(FanOut(2), parallel(Flatten({ batchAxisOut: 1 }), Flatten()), FanInSum()),
      'ShapeError: FanInSum: branches must have their samples and channels on the same axes, got 1 and 0 in one and 0 and 1 in another.',
    ],
    'in branches': [
      () => traced(FanOut(2), parallel(Dense(3, { channelAxis: 1 }), Dense(3)), FanInConcat()),
      'ShapeError: Dense: expects samples on axis 0, channels on axis 3, got samples on axis 0, channels on axis 1. Give all layers the same batchAxis, channelAxis and dimensionNumbers.',
    ],
    'no such axis': [
      () => traced(Dense(3, { channelAxis: 7 })),
      'ShapeError: serial: channelAxis 7 is none of activations with 4 axes.',
    ],
    'one axis twice': [
      () => traced(Dense(3, { batchAxis: -1 })),
      'ShapeError: serial: batchAxis and channelAxis must differ, got -1 and -1 of 4 axes.',
    ],
    'half an axis': [
      () => Dense(3, { channelAxis: 0.5 }),
      'RangeError: Dense: channelAxis must be an integer, got 0.5. Pass e.g. -1, the last axis.',
    ],
    'Flatten to a third axis': [
      () => Flatten({ batchAxisOut: 2 }),
      'RangeError: Flatten: batchAxisOut must be 0 or 1, got 2: outputs have two axes.',
    ],
    'specs that miss a letter': [
      () => Conv(3, [2, 2], { dimensionNumbers: ['NHWC', 'HWIO', 'NHW'] }),
      `ShapeError: Conv: dimensionNumbers must name the axes of the outputs by 'N', 'C' and a letter for each of the filter's 2, got "NHW". Pass e.g. ['NCHW', 'OIHW', 'NCHW'].`,
    ],
    'specs of other axes': [
      () => Conv(3, [2], { dimensionNumbers: ['NHC', 'WIO', 'NHC'] }),
      "ShapeError: Conv: dimensionNumbers must name the same spatial axes three times, got 'NHC', 'WIO' and 'NHC'.",
    ],
    'specs of another rank than the inputs': [
      () => traced(Conv(3, [2], { dimensionNumbers: ['NHC', 'HIO', 'NHC'] })),
      'ShapeError: Conv: the window needs one entry per spatial axis (2), got [2]. Inputs are [batch, …spatial, channels], here with spatial sizes [4,4].',
    ],
  },
  layouts: {
    'diagonalSpatial of another value': [
      () => kernelOf(Dense(2))(x, null, 'nngp', { diagonalSpatial: 1 as never }),
      "RangeError: kernel: diagonalSpatial must be true, false or 'auto', got 1.",
    ],
    'a Kernel of equal positions to a pool': [
      () => kernelOf(GlobalAvgPool())(kernelOf(conv())(x, null, undefined, { diagonalSpatial: true })),
      'UnsupportedError: kernel: the given Kernel holds no covariances of different positions, which are needed here. Compute it without diagonalSpatial.',
    ],
    'all samples of a Kernel that has them not': [
      () => kernelOf(Dense(2))(kernelOf(conv())(x, null), null, 'cov1', { diagonalBatch: false }),
      'UnsupportedError: kernel: the given Kernel holds no covariances of different samples of x1. Compute it with diagonalBatch: false.',
    ],
  },
  masks: {
    'of single channels, in a pool': [
      () =>
        kernelOf(AvgPool([2, 2]))(tf.tensor4d([1, 9, 1, 1], [1, 2, 1, 2]).tile([1, 1, 2, 1]), null, 'nngp', {
          maskConstant: 9,
        }),
      'UnsupportedError: AvgPool: the mask must be one for all channels, got one for each of 2. Put a Dense or Conv layer before it.',
    ],
    'of single channels, left in a kernel': [
      () =>
        kernelOf(serial(Identity(), GlobalAvgPool()))(tf.tensor3d([1, 9], [1, 1, 2]), null, 'nngp', {
          maskConstant: 9,
        }),
      'UnsupportedError: GlobalAvgPool: the mask must be one for all channels, got one for each of 2. Put a Dense or Conv layer before it.',
    ],
  },
  'activations that are not Gaussian': {
    'a nonlinearity': [
      () => traced(conv(), Relu(), Relu()),
      'UnsupportedError: Relu: a nonlinearity needs Gaussian activations, got the output of Relu. Put a Dense or Conv layer before it.',
    ],
    'after Flatten': [
      () => traced(conv(), Flatten(), Relu()),
      'UnsupportedError: Relu: a nonlinearity needs Gaussian activations, got the output of Flatten. Put a Dense or Conv layer before it.',
    ],
    FanInSum: [
      () => traced(conv(), FanOut(2), parallel(Relu(), Identity()), FanInSum()),
      'UnsupportedError: FanInSum: every branch must be Gaussian, got the output of Relu in branch 0. End that branch with a Dense or Conv layer.',
    ],
    'FanInConcat of positions': [
      () => traced(conv(), FanOut(2), parallel(Relu(), Identity()), FanInConcat(1)),
      'UnsupportedError: FanInConcat: every branch must be Gaussian, got the output of Relu in branch 0. End that branch with a Dense or Conv layer.',
    ],
    LayerNorm: [
      () => traced(conv(), Relu(), stax.LayerNorm()),
      'UnsupportedError: LayerNorm: needs Gaussian activations, got the output of Relu. Put a Dense or Conv layer before it.',
    ],
    'Dropout on the inputs': [
      () => traced(stax.Dropout(0.5)),
      'UnsupportedError: Dropout: needs activations of a wide layer, got the raw input, whose kernel would be random. Put a Dense or Conv layer before it.',
    ],
  },
  shapes: {
    'FanInSum of other widths': [
      () => traced(FanOut(2), parallel(Dense(3), Dense(4)), FanInSum()),
      'ShapeError: FanInSum: branches must have equal shapes, got [4,4,3] and [4,4,4]. Match their channels, strides and padding.',
    ],
    'FanInProd of other widths': [
      () => traced(FanOut(2), parallel(Dense(3), Dense(4)), stax.FanInProd()),
      'ShapeError: FanInProd: branches must have equal shapes, got [4,4,3] and [4,4,4]. Match their channels, strides and padding.',
    ],
    'FanInConcat of other widths': [
      () => traced(FanOut(2), parallel(Dense(3), Dense(4)), FanInConcat(1)),
      'ShapeError: FanInConcat: branches may differ along axis 1 alone, got [-1,4,4,3] and [-1,4,4,4]. Match their other sizes.',
    ],
    'repeat of a layer that changes the shape': [
      () => traced(stax.repeat(conv(), 2)),
      'ShapeError: repeat: a repeated layer must keep the shape of its inputs, got [4,4,2] in and [3,3,4] out. Match its width, strides and padding.',
    ],
    'a window larger than the image': [
      () => traced(Conv(3, [5, 5])),
      "ShapeError: Conv: a VALID window must fit into the image, got window [5,5] and image [4,4]. Use a smaller window or padding: 'SAME'.",
    ],
    'strides of another rank': [
      () => Conv(3, [2, 2], { strides: [1] }),
      'ShapeError: Conv: strides need one entry per window axis (2), got [1].',
    ],
    'as many branches as layers': [
      () => traced(FanOut(3), parallel(Dense(3), Dense(3))),
      'ShapeError: parallel: needs as many branches as layers (2), got 3. Pass a list, or put FanOut(2) before it.',
    ],
    'no layers': [
      () => (stax.serial as () => Layer)(),
      'RangeError: serial: needs at least one layer, got none.',
    ],
  },
  parts: {
    'Index into the channels': [
      () => traced(Index([Slice(), Slice(), Slice(), 0])),
      'UnsupportedError: Index: takes the whole channel axis, got 0. The kernel is that of infinitely many.',
    ],
    'Index of one sample': [
      () => traced(Index([0])),
      'UnsupportedError: Index: takes a slice of the batch axis, got 0. Pass e.g. Slice(0, 1).',
    ],
    'Index of two ellipses': [
      () => Index(['...', '...']),
      "RangeError: Index: indices may hold '...' once, got it twice.",
    ],
    'ImageResize of channels': [
      () => traced(stax.ImageResize([-1, 2, 2, 1], 'linear')),
      'UnsupportedError: ImageResize: does not resize the channels, got [-1,2,2,1]. Pass -1 for them.',
    ],
    'ImageResize by another method': [
      () => stax.ImageResize([-1, 2, 2, -1], 'area' as never),
      "UnsupportedError: ImageResize: method must be one of nearest, linear, bilinear, trilinear, triangle, cubic, bicubic, tricubic, lanczos3, lanczos5, got 'area'.",
    ],
    'LayerNorm without channels': [
      () => traced(conv(), stax.LayerNorm({ axis: 1 })),
      'UnsupportedError: LayerNorm: axis must hold the channels (3), got [1]. Pass e.g. { axis: -1 }.',
    ],
    'DotGeneral with both sides': [
      () => stax.DotGeneral({ lhs: 2, rhs: 2 }),
      'ShapeError: DotGeneral: one side must be the activations, got both lhs and rhs. Leave one out.',
    ],
    'DotGeneral over the channels': [
      () =>
        traced(
          stax.DotGeneral({
            rhs: tf.ones([2, 2]),
            dimensionNumbers: [
              [[3], [0]],
              [[], []],
            ],
          }),
        ),
      'ShapeError: DotGeneral: dimensionNumbers must not name the channels (3): the kernel is that of infinitely many. Use Dense, or say where the channels are with channelAxis.',
    ],
  },
  parameters: {
    'Dense, parameterization': [
      () => Dense(3, { parameterization: 'mup' as never }),
      "UnsupportedError: Dense: parameterization must be 'ntk' or 'standard', got 'mup'.",
    ],
    'Conv, parameterization': [
      () => Conv(3, [2], { parameterization: 'mup' as never }),
      "UnsupportedError: Conv: parameterization must be 'ntk' or 'standard', got 'mup'.",
    ],
    'ConvLocal, parameterization': [
      () => stax.ConvLocal(3, [2], { parameterization: 'mup' as never }),
      "UnsupportedError: ConvLocal: parameterization must be 'ntk' or 'standard', got 'mup'.",
    ],
    'ConvTranspose, parameterization': [
      () => stax.ConvTranspose(3, [2], { parameterization: 'mup' as never }),
      "UnsupportedError: ConvTranspose: parameterization must be 'ntk' or 'standard', got 'mup'.",
    ],
    padding: [
      () => AvgPool([2], { padding: 'same' as never }),
      "UnsupportedError: AvgPool: padding must be 'VALID', 'SAME' or 'CIRCULAR', got 'same'.",
    ],
    "Dropout's rate": [
      () => stax.Dropout(0),
      'RangeError: Dropout: rate is the probability of keeping, in (0, 1], got 0. Pass e.g. 0.9.',
    ],
    "Dropout's mode": [
      () => stax.Dropout(0.5, { mode: 'off' as never }),
      "UnsupportedError: Dropout: mode must be 'train' or 'test', got 'off'.",
    ],
    "Hermite's degree": [
      () => stax.Hermite(-1),
      'RangeError: Hermite: degree must be a whole number of at least 0, got -1.',
    ],
    "RectifiedMonomial's degree": [
      () => stax.RectifiedMonomial(-1),
      'RangeError: RectifiedMonomial: degree must be a whole number of at least 0, got -1.',
    ],
    "Monomial's degree": [
      () => stax.Monomial(0.5),
      'RangeError: Monomial: degree must be a whole number of at least 0, got 0.5.',
    ],
    "attention's mechanism": [
      () => stax.GlobalSelfAttention({ ...heads, attentionMechanism: 'MAX' as never }),
      "RangeError: GlobalSelfAttention: attentionMechanism must be 'SOFTMAX', 'IDENTITY', 'ABS' or 'RELU', got 'MAX'.",
    ],
    "attention's embedding": [
      () => stax.GlobalSelfAttention({ ...heads, posEmbType: 'PRODUCT' as never }),
      "RangeError: GlobalSelfAttention: posEmbType must be 'NONE', 'SUM' or 'CONCAT', got 'PRODUCT'.",
    ],
  },
  'kernels that are not known': {
    'attention by root scaling with softmax': [
      () => traced(conv(), stax.GlobalSelfAttention({ ...heads, linearScaling: false })),
      "UnsupportedError: GlobalSelfAttention: with linearScaling false only attentionMechanism 'IDENTITY' has a kernel, got 'SOFTMAX'. Use linearScaling: true, or apply alone.",
    ],
    'Elementwise without a function': [
      () => stax.Elementwise({}),
      'TypeError: Elementwise: needs fn, nngpFn or both, got neither. Pass e.g. { fn: (x) => x.tanh() }.',
    ],
    'Elementwise without nngpFn': [
      () => traced(conv(), stax.Elementwise({ fn: tf.tanh })),
      'UnsupportedError: Elementwise: has no kernel without nngpFn. Pass nngpFn as well.',
    ],
    'Elementwise without fn, applied': [
      () => stax.Elementwise({ nngpFn: (c) => c }).apply([], x),
      'UnsupportedError: Elementwise: has no finite network without fn. Pass fn as well.',
    ],
    'ExpNormalized, applied': [
      () => stax.ExpNormalized().apply([], x),
      'UnsupportedError: ExpNormalized: has a kernel, but no finite network. Use `kernel` alone.',
    ],
  },
};

describe.each(Object.entries(refusals))('%s', (_, calls) => {
  test.each(Object.entries(calls))('%s', (__, [call, message]) => {
    expect(thrownBy(call)).toBe(message);
  });
});

/** Name and message of what a call throws. */
function thrownBy(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message}`;
  }
  return 'nothing';
}
