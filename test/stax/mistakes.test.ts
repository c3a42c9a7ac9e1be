import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { random, stax } from '../../src/index.js';
import { refusals } from '../support/refusals.js';

const { Dense, Relu, parallel, repeat, residual, serial } = stax;
const wrong = <T>(value: unknown): T => value as T;

describe('networks', () => {
  it('name what is no layer', () => {
    expect(
      refusals([
        () => serial(Dense(8), wrong<stax.Layer>(Relu), Dense(1)),
        () => serial(wrong<stax.Layer>([Dense(8), Relu()])),
        () => serial(Dense(8), wrong<stax.Layer>(undefined)),
        () => serial(wrong<stax.Layer>(Dense(8).kernel)),
        () => parallel(wrong<stax.Layer>(stax.Flatten)),
        () => repeat(wrong<stax.Layer>(Dense), 2),
        () => residual(wrong<stax.Layer>(Relu)),
        () => residual(Dense(8), { shortcut: wrong<stax.Layer>('identity') }),
      ]),
    ).toMatchInlineSnapshot(`
      [
        "TypeError: serial: layer 1 must be a layer, got the function Relu. Call it: stax.Relu(…).",
        "TypeError: serial: layer 0 must be a layer, got a list of 2. Spread the list: serial(...layers).",
        "TypeError: serial: layer 1 must be a layer, got nothing. Pass layers of stax, e.g. stax.Dense(10).",
        "TypeError: serial: layer 0 must be a layer, got the function kernel. Pass layers of stax, e.g. stax.Dense(10).",
        "TypeError: parallel: layer 0 must be a layer, got the function Flatten. Call it: stax.Flatten(…).",
        "TypeError: repeat: layer must be a layer, got the function Dense. Call it: stax.Dense(…).",
        "TypeError: residual: branch must be a layer, got the function Relu. Call it: stax.Relu(…).",
        "TypeError: residual: shortcut must be a layer, got 'identity'. Pass layers of stax, e.g. stax.Dense(10).",
      ]
    `);
  });

  it('name what are no options', () => {
    expect(
      refusals([
        () => Dense(8, wrong(2)),
        () => Relu(wrong([1])),
        () => Dense(8, wrong({ wstd: 1 })),
        () => stax.Conv(8, [3, 3], wrong('SAME')),
      ]),
    ).toMatchInlineSnapshot(`
      [
        "TypeError: Dense: needs options as its last argument, got 2. Its options are wStd, bStd, parameterization, s, batchAxis, channelAxis.",
        "TypeError: Relu: needs options as its last argument, got a list of 1. Its options are doStabilize.",
        "UnsupportedError: Dense: has no option wstd. Its options are wStd, bStd, parameterization, s, batchAxis, channelAxis.",
        "TypeError: Conv: needs options as its last argument, got 'SAME'. Its options are strides, padding, dimensionNumbers, wStd, bStd, parameterization, s.",
      ]
    `);
  });

  it('name what init does not take, and parameters of another network', () => {
    const net = serial(Dense(2), Relu(), Dense(1));
    const drawn = net.init(random.key(0), [-1, 2]);
    expect(
      refusals([
        () => net.init(random.key(0), wrong(undefined)),
        () => net.init(random.key(0), wrong(784)),
        () => net.apply(wrong(drawn), tf.ones([1, 2])),
        () => net.apply(wrong(tf.ones([1, 2])), wrong(drawn[1])),
        () => net.apply(wrong(random.key(0)), wrong(drawn[1]), wrong(tf.ones([1, 2]))),
        () => repeat(Dense(2), 3).apply(wrong([drawn[1]]), tf.ones([1, 2])),
      ]),
    ).toMatchInlineSnapshot(`
      [
        "TypeError: serial: init: inputShape must be a list, got nothing. Pass e.g. [-1, 784]: any number of samples, 784 channels.",
        "TypeError: serial: init: inputShape must be a list, got 784. Pass e.g. [-1, 784]: any number of samples, 784 channels.",
        "ShapeError: serial: apply: params must be a list of 3, one a layer, got a list of 2. Pass what init drew: const [outputShape, params] = init(key, inputShape).",
        "TypeError: serial: apply: x[0] must be a tensor, got an object with w. Pass e.g. tf.tensor2d(…): finite networks run on tensors.",
        "TypeError: serial: needs options as its last argument, got an array of shape [1, 2]. Its options are key, maskConstant, pattern.",
        "ShapeError: repeat: apply: params must be a list of 3, one a layer, got a list of 1. Pass what init drew: const [outputShape, params] = init(key, inputShape).",
      ]
    `);
  });

  it('name what is no tensor', () => {
    const net = Dense(2);
    const [, params] = net.init(random.key(0), [-1, 2]);
    const array = { shape: [1, 2], data: Float64Array.of(1, 2) };
    expect(
      refusals([
        () => net.apply(params, wrong(array)),
        () => net.apply(params, wrong([[1, 2]])),
        () => net.apply(params, wrong(Float32Array.of(1, 2))),
        () => net.kernel(wrong(array)),
        () => net.kernel(tf.ones([1, 2]), wrong(Promise.resolve(array))),
        () => net.kernel(tf.ones([1, 2]), wrong('ntk')),
      ]),
    ).toMatchInlineSnapshot(`
      [
        "TypeError: Dense: apply: x must be a tensor, got an array of shape [1, 2]. Pass e.g. tf.tensor2d(…): finite networks run on tensors.",
        "TypeError: Dense: apply: x[0][0] must be a tensor, got 1. Pass e.g. tf.tensor2d(…): finite networks run on tensors.",
        "TypeError: Dense: apply: x must be a tensor, got a bare Float32Array. Pass e.g. tf.tensor2d(…): finite networks run on tensors.",
        "TypeError: kernel: x1 must be a tensor or a Kernel, got an array of shape [1, 2]. Pass e.g. tf.tensor2d(…); arrays and matrices go to gram.",
        "TypeError: kernel: x2 must be a tensor or a Kernel, got a Promise. Await the call that gave it.",
        "TypeError: kernel: x2 must be a tensor or a Kernel, got 'ntk'. Pass null for x2: kernel(x1, null, 'ntk').",
      ]
    `);
  });
});
