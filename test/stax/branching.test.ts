import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { random, stax, traceProgram } from '../../src/index.js';

const { Conv, Dense, Erf, FanInConcat, FanInProd, FanOut, Identity, parallel, Relu, repeat, serial } = stax;

const joined = (fanIn: ReturnType<typeof FanInProd>, ...branches: [stax.Layer, ...stax.Layer[]]) =>
  serial(FanOut(branches.length), parallel(...branches), fanIn) as stax.Layer;

describe('FanInProd and FanInConcat', () => {
  test('of one branch are that branch', () => {
    for (const fanIn of [FanInProd(), FanInConcat()]) {
      const net = joined(fanIn, serial(Dense(8), Relu()));
      expect(traceProgram(net, [4])).toEqual(traceProgram(serial(Dense(8), Relu()), [4]));
    }
  });

  test('refuse branches that do not fit', () => {
    expect(() =>
      joined(FanInProd(), Dense(8), Dense(9)).init(random.key(0), [-1, 4]),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: FanInProd: branches must have equal shapes, got [8] and [9]. Match their channels, strides and padding.]`,
    );
    const conv = joined(FanInConcat(1), Conv(8, [2, 2]), Conv(8, [2, 1]));
    expect(() => traceProgram(conv, [4, 4, 1])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: FanInConcat: branches may differ along axis 1 alone, got [-1,3,3,8] and [-1,3,4,8]. Match their other sizes.]`,
    );
  });

  test('are not Gaussian, but for a concatenation along a spatial axis', () => {
    const followed = (fanIn: ReturnType<typeof FanInProd>, shape: number[]) =>
      traceProgram(serial(joined(fanIn, Dense(8), Dense(8)), Relu()), shape);
    expect(() => followed(FanInProd(), [4])).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: Relu: a nonlinearity needs Gaussian activations, got the output of FanInProd. Put a Dense or Conv layer before it.]`,
    );
    expect(() => followed(FanInConcat(-1), [4])).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: Relu: a nonlinearity needs Gaussian activations, got the output of FanInConcat. Put a Dense or Conv layer before it.]`,
    );
    expect(followed(FanInConcat(1), [4, 2]).output).toBeGreaterThan(0);
    const rectified = joined(FanInConcat(1), Dense(8), serial(Dense(8), Relu()));
    expect(() => traceProgram(rectified, [4, 2])).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: FanInConcat: every branch must be Gaussian, got the output of Relu in branch 1. End that branch with a Dense or Conv layer.]`,
    );
  });

  test('FanInConcat refuses axes that it cannot join', () => {
    expect(() => FanInConcat(0.5)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: FanInConcat: axis must be an integer, got 0.5. Pass e.g. -1, the channels.]`,
    );
    expect(() =>
      traceProgram(joined(FanInConcat(2), Dense(1), Dense(1)), [4]),
    ).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: FanInConcat: axis 2 is none of activations with 2 axes.]`,
    );
  });
});

describe('repeat', () => {
  const block = serial(Relu(), Dense(4));
  const net = serial(Dense(4), repeat(block, 3));

  test('is the layer in a row, with parameters of their own', () => {
    expect(traceProgram(net, [4])).toEqual(traceProgram(serial(Dense(4), block, block, block), [4]));
    const [, params] = repeat(block, 3).init(random.key(0), [-1, 4]);
    const keys = random.split(random.key(0), 3);
    const own = (params as stax.Params[]).map((one, i) => [one, block.init(keys[i], [-1, 4])[1]]);
    const x: tf.Tensor = tf.randomNormal([2, 4], 0, 1, 'float32', 3);
    const rowed = own.reduce((y, [drawn, alone]) => {
      expect(block.apply(drawn, y).arraySync()).toEqual(block.apply(alone, y).arraySync());
      return block.apply(drawn, y);
    }, x);
    expect(repeat(block, 3).apply(params, x).arraySync()).toEqual(rowed.arraySync());
  });

  test('zero times is the identity', () => {
    const none = repeat(block, 0);
    expect(none.init(random.key(0), [-1, 7])).toEqual([[-1, 7], []]);
    expect(none.apply([], tf.tensor2d([[1, 2]])).arraySync()).toEqual([[1, 2]]);
    expect(traceProgram(serial(Dense(4), none), [3])).toEqual(traceProgram(Dense(4), [3]));
  });

  test('refuses layers that change the shape', () => {
    const messages = [
      () => traceProgram(repeat(Dense(5), 2), [4]),
      () => repeat(Dense(5), 2).init(random.key(0), [-1, 4]),
    ].map((call) => {
      try {
        call();
        return 'no error';
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(messages).toMatchInlineSnapshot(`
      [
        "repeat: a repeated layer must keep the shape of its inputs, got [4] in and [5] out. Match its width, strides and padding.",
        "repeat: a repeated layer must keep the shape of its inputs, got [-1,4] in and [-1,5] out. Match its width, strides and padding.",
      ]
    `);
    expect(() => repeat(Identity(), 1.5)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: repeat: n must be a non-negative integer, got 1.5.]`,
    );
    expect(() => traceProgram(serial(Dense(4), repeat(Erf(), 2)), [4])).toThrow('Erf');
  });
});
