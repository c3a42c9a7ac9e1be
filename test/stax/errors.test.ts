import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { random, ShapeError, stax, traceProgram, UnsupportedError } from '../../src/index.js';

type AnyLayer = stax.Layer<never, unknown>;

/** The message of the error that the network's kernel and its init agree on. */
function shapeError(layer: AnyLayer, shape: readonly number[]): string {
  const messages = [
    () => traceProgram(layer, shape),
    () => layer.init(random.key(0), [-1, ...shape] as never),
  ].map((call) => {
    try {
      call();
      return 'no error';
    } catch (error) {
      expect(error).toBeInstanceOf(ShapeError);
      return (error as Error).message;
    }
  });
  expect(messages[0]).toBe(messages[1]);
  return messages[0];
}

/** The message of the kernel's refusal of a network that init accepts. */
function refusal(layer: AnyLayer, shape: readonly number[]): string {
  layer.init(random.key(0), [-1, ...shape] as never);
  try {
    traceProgram(layer, shape);
    return 'no error';
  } catch (error) {
    expect(error).toBeInstanceOf(UnsupportedError);
    return (error as Error).message;
  }
}

describe('shapes that do not fit', () => {
  test('a filter larger than the image', () => {
    expect(shapeError(stax.Conv(8, [3, 3]), [2, 5, 1])).toMatchInlineSnapshot(
      `"Conv: a VALID window must fit into the image, got window [3,3] and image [2,5]. Use a smaller window or padding: 'SAME'."`,
    );
  });

  test('a pool larger than the image', () => {
    expect(shapeError(stax.AvgPool([4]), [3, 1])).toMatchInlineSnapshot(
      `"AvgPool: a VALID window must fit into the image, got window [4] and image [3]. Use a smaller window or padding: 'SAME'."`,
    );
    expect(shapeError(stax.SumPool([4]), [3, 1])).toContain('SumPool: ');
  });

  test('another number of axes', () => {
    expect(shapeError(stax.Conv(8, [3, 3]), [5, 1])).toMatchInlineSnapshot(
      `"Conv: the window needs one entry per spatial axis (1), got [3,3]. Inputs are [batch, …spatial, channels], here with spatial sizes [5]."`,
    );
    expect(shapeError(stax.AvgPool([2]), [5, 5, 1])).toContain('AvgPool: ');
  });

  test('branches of different shapes', () => {
    const net = stax.serial(
      stax.FanOut(2),
      stax.parallel(stax.Conv(8, [2, 2]), stax.Conv(8, [2, 2], { padding: 'SAME' })),
      stax.FanInSum(),
    );
    expect(shapeError(net, [4, 4, 1])).toMatchInlineSnapshot(
      `"FanInSum: branches must have equal shapes, got [3,3,8] and [4,4,8]. Match their channels, strides and padding."`,
    );
  });

  test('not as many branches as layers', () => {
    const net = stax.serial(stax.FanOut(3), stax.parallel(stax.Identity(), stax.Identity()));
    expect(shapeError(net, [4])).toMatchInlineSnapshot(
      `"parallel: needs as many branches as layers (2), got 3. Pass a list, or put FanOut(2) before it."`,
    );
    expect(shapeError(stax.parallel(stax.Identity()) as AnyLayer, [4])).toMatchInlineSnapshot(
      `"parallel: needs as many branches as layers (1), got one tensor. Pass a list, or put FanOut(1) before it."`,
    );
  });

  test('input shapes without a channel axis', () => {
    expect(() => stax.Dense(8).init(random.key(0), [3])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: Dense: inputShape needs a batch and a channel axis, got [3]. Pass e.g. [-1, 784].]`,
    );
    expect(() => stax.Dense(8).init(random.key(0), [])).toThrow(ShapeError);
  });

  test('inputs with other channels than the parameters', () => {
    const { init, apply } = stax.Dense(8);
    const [, params] = init(random.key(0), [-1, 6]);
    expect(() => apply(params, tf.zeros([2, 3]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: Dense: x needs 6 channels, as its parameters have, got shape [2,3]. Pass the parameters that init drew for inputs of this shape.]`,
    );
    const conv = stax.Conv(8, [1]);
    const [, convParams] = conv.init(random.key(0), [-1, 4, 6]);
    expect(() => conv.apply(convParams, tf.zeros([2, 4, 3]))).toThrow(ShapeError);
  });
});

describe('networks without an exact kernel', () => {
  test('a nonlinearity on the input', () => {
    expect(refusal(stax.Relu(), [4])).toMatchInlineSnapshot(
      `"Relu: a nonlinearity needs Gaussian activations, got the raw input. Put a Dense or Conv layer before it."`,
    );
    expect(refusal(stax.serial(stax.Flatten(), stax.Erf()), [4, 4, 1])).toMatchInlineSnapshot(
      `"Erf: a nonlinearity needs Gaussian activations, got the raw input. Put a Dense or Conv layer before it."`,
    );
  });

  test('a nonlinearity on a nonlinearity, pools in between notwithstanding', () => {
    const net = stax.serial(stax.Conv(8, [2]), stax.Relu(), stax.AvgPool([2]), stax.Gelu());
    expect(refusal(net, [6, 1])).toMatchInlineSnapshot(
      `"Gelu: a nonlinearity needs Gaussian activations, got the output of Relu. Put a Dense or Conv layer before it."`,
    );
  });

  test('a nonlinearity after Flatten', () => {
    expect(refusal(stax.serial(stax.Conv(8, [2]), stax.Flatten(), stax.Abs()), [6, 1])).toMatchInlineSnapshot(
      `"Abs: a nonlinearity needs Gaussian activations, got the output of Flatten. Put a Dense or Conv layer before it."`,
    );
  });

  test('a sum of branches that are not Gaussian', () => {
    const net = stax.serial(
      stax.Dense(8),
      stax.FanOut(2),
      stax.parallel(stax.Identity(), stax.Relu()),
      stax.FanInSum(),
    );
    expect(refusal(net, [4])).toMatchInlineSnapshot(
      `"FanInSum: every branch must be Gaussian, got the output of Relu in branch 1. End that branch with a Dense or Conv layer."`,
    );
  });

  test('layers without a closed form', () => {
    expect(refusal(stax.serial(stax.Conv(8, [2]), stax.MaxPool([2])), [6, 1])).toMatchInlineSnapshot(
      `"MaxPool: its kernel has no closed form. Estimate it from wide finite networks by monteCarloKernel, as docs/how-to/monte-carlo.md shows. AvgPool has a kernel."`,
    );
    expect(refusal(stax.serial(stax.Dense(8), stax.Softmax()), [6])).toMatchInlineSnapshot(
      `"Softmax: its kernel has no closed form. Estimate it from wide finite networks by monteCarloKernel, as docs/how-to/monte-carlo.md shows. GlobalSelfAttention has a kernel with softmax over positions."`,
    );
    expect(shapeError(stax.MaxPool([4]), [3, 1])).toContain('MaxPool: a VALID window');
  });

  test('a sum of one branch is that branch', () => {
    const net = stax.serial(stax.Dense(8), stax.Relu(), stax.FanOut(1), stax.FanInSum());
    expect(traceProgram(net, [4])).toEqual(traceProgram(stax.serial(stax.Dense(8), stax.Relu()), [4]));
  });
});

describe('arguments', () => {
  test.each<[string, () => unknown]>([
    ['Dense width', () => stax.Dense(0)],
    ['Dense fractional width', () => stax.Dense(2.5)],
    ['Conv channels', () => stax.Conv(-1, [3])],
    ['Conv filter', () => stax.Conv(1, [3, 0])],
    ['Conv filter as a number', () => stax.Conv(1, 3 as never)],
    ['Conv strides', () => stax.Conv(1, [3], { strides: [0] })],
    ['Conv strides of another length', () => stax.Conv(1, [3], { strides: [1, 1] })],
    ['pool window', () => stax.AvgPool([1.5])],
    ['pool strides', () => stax.SumPool([2], { strides: [2, 2] })],
    ['FanOut', () => stax.FanOut(0)],
  ])('%s: sizes are positive integers', (_, make) => {
    expect(make).toThrow(ShapeError);
  });

  test.each<[string, () => unknown]>([
    ['wStd', () => stax.Dense(1, { wStd: Number.NaN })],
    ['bStd', () => stax.Conv(1, [3], { bStd: Number.POSITIVE_INFINITY })],
    ['s', () => stax.Dense(1, { parameterization: 'standard', s: [0, 1] })],
    ['s', () => stax.Dense(3, { parameterization: 'standard', s: [1, 0.5] })],
    ['alpha', () => stax.LeakyRelu(undefined as never)],
    ['b', () => stax.ABRelu(1, Number.NaN)],
    ['a', () => stax.Erf({ a: '1' as never })],
    ['at least one layer', () => stax.serial()],
    ['at least one layer', () => stax.parallel()],
  ])('%s is refused', (what, make) => {
    expect(make).toThrow(RangeError);
    expect(make).toThrow(what);
  });

  test('unknown modes and options are refused by name', () => {
    expect(() => stax.Conv(1, [3], { padding: 'same' as never })).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: Conv: padding must be 'VALID', 'SAME' or 'CIRCULAR', got 'same'.]`,
    );
    expect(() => stax.Dense(1, { parameterization: 'mup' as never })).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: Dense: parameterization must be 'ntk' or 'standard', got 'mup'.]`,
    );
    expect(() => stax.Dense(1, { w_std: 2 } as never)).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: Dense: has no option w_std. Its options are wStd, bStd, parameterization, s, batchAxis, channelAxis.]`,
    );
    expect(() => stax.SumPool([2], { normalizeEdges: true } as never)).toThrow(UnsupportedError);
    expect(() => stax.Relu({ stabilize: true } as never)).toThrow(UnsupportedError);
  });

  test('the parameterization may be upper case, as in Neural Tangents', () => {
    const upper = stax.Dense(2, { parameterization: 'STANDARD' as never });
    const lower = stax.Dense(2, { parameterization: 'standard' });
    expect(traceProgram(upper, [4])).toEqual(traceProgram(lower, [4]));
  });
});
