import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { gram, gramVjp, random, ShapeError, stax } from '../../src/index.js';
import { relativeError } from '../support/compare.js';
import { generic, tensorOf } from '../support/compute.js';
import { tolerance } from '../support/tolerance.js';

const { Conv, Dense, FanInSum, FanOut, Flatten, GlobalAvgPool, Identity, parallel, Relu, serial } = stax;

const first = { channelAxis: 1 } as const;

/** `[n, c, h, w]` of `[n, h, w, c]`. */
const channelsFirst = (x: tf.Tensor) => x.transpose([0, 3, 1, 2]);

const close = (a: tf.Tensor, b: tf.Tensor) => {
  expect(a.shape).toEqual(b.shape);
  expect(relativeError(a.dataSync(), b.dataSync())).toBeLessThan(tolerance.f32.rounding);
};

describe('a network takes its inputs as', () => {
  const x = tensorOf(generic([2, 3, 4, 5], 1));

  test('the first layer asks that asks for axes, in serial', () => {
    const net = (axes: object) =>
      serial(Identity(), Dense(3, axes), Relu(), Dense(2, axes), GlobalAvgPool(axes));
    close(net(first).kernel(channelsFirst(x), null, 'ntk'), net({}).kernel(x, null, 'ntk'));
  });

  test('any branch asks, in parallel, Flatten and Identity asking for no channels', () => {
    const net = (axes: object) =>
      serial(
        FanOut(3),
        parallel(
          serial(Flatten(), Dense(4)),
          serial(GlobalAvgPool(axes), Dense(4)),
          serial(Flatten(), Dense(4)),
        ),
        FanInSum(),
      );
    close(net(first).kernel(channelsFirst(x), null, 'ntk'), net({}).kernel(x, null, 'ntk'));
    const [shape] = net(first).init(random.key(0), [2, 5, 3, 4]);
    expect(shape).toEqual([2, 4]);
  });

  test('each branch asks of its own, with several inputs', async () => {
    const net = serial(
      parallel(Dense(4, { batchAxis: 1, channelAxis: 0 }), serial(Identity(), Dense(4))),
      parallel(Relu(), Relu()),
      parallel(Dense(4, { batchAxis: 1, channelAxis: 0 }), Dense(4)),
    );
    const [a, b] = [tensorOf(generic([3, 5], 1)), tensorOf(generic([3, 4], 2))];
    const [left, right] = net.kernel([a.transpose(), b], null, 'nngp');
    const alone = serial(Dense(4), Relu(), Dense(4));
    close(left, alone.kernel(a, null, 'nngp'));
    close(right, alone.kernel(b, null, 'nngp'));
  });

  test('the caller says, where no layer asks', () => {
    const net = serial(FanOut(1), FanInSum());
    const options = { batchAxis: 2, channelAxis: -1 };
    const k = net.kernel(x.transpose([1, 2, 0, 3]), null, undefined, options);
    const usual = net.kernel(x, null);
    close(k.nngp, usual.nngp);
    expect([k.shape1, k.batchAxis, k.channelAxis]).toEqual([[3, 4, 2, 5], 2, 3]);
  });

  test('a Kernel says that comes in their place', () => {
    const [axes, dense] = [
      { batchAxis: 1, channelAxis: 0 },
      { wStd: 1.3, bStd: 0.1 },
    ];
    const y = tensorOf(generic([3, 5], 1));
    const between = Dense(4, { ...dense, ...axes }).kernel(y.transpose(), null);
    expect(between.shape1).toEqual([4, 3]);
    const next = (own: object) => serial(Relu(), Dense(2, own));
    close(next(axes).kernel(between).ntk, serial(Dense(4, dense), Relu(), Dense(2)).kernel(y, null, 'ntk'));
    expect(() => next({}).kernel(between)).toThrow(ShapeError);
  });

  test('the first layer asks, masks included', () => {
    const axes = { batchAxis: 2, channelAxis: 1 };
    const conv = (dimensionNumbers: stax.DimensionNumbers) =>
      Conv(4, [2, 2], { padding: 'SAME', bStd: 0.1, dimensionNumbers });
    // Positions (1, 0), (1, 1) and (2, 3) of the first sample are masked.
    const masked = tf.tidy(() => {
      const mask = tf.buffer([2, 3, 4, 1], 'bool');
      for (const [h, w] of [
        [1, 0],
        [1, 1],
        [2, 3],
      ])
        mask.set(true, 0, h, w, 0);
      return tf.where(mask.toTensor().tile([1, 1, 1, 5]), 9, x);
    });
    const own = masked.transpose([2, 3, 0, 1]);
    const [usual, permuted] = [
      serial(conv(['NHWC', 'HWIO', 'NHWC']), Relu(), GlobalAvgPool(), Dense(3)),
      serial(
        conv(['WCNH', 'HWIO', 'HCNW']),
        Relu(),
        GlobalAvgPool(axes),
        Dense(3, { batchAxis: 1, channelAxis: 0 }),
      ),
    ];
    const options = { maskConstant: 9 };
    close(permuted.kernel(own, null, 'ntk', options), usual.kernel(masked, null, 'ntk', options));
    const [, params] = permuted.init(random.key(1), own.shape);
    close(permuted.apply(params, own, options).transpose(), usual.apply(transposed(params), masked, options));
  });

  test('gram, its gradient included', async () => {
    const net = (axes: object) => serial(Dense(3, axes), Relu(), GlobalAvgPool(axes), Dense(1));
    const usual = generic([2, 3, 4, 5], 1);
    const own = channelsFirst(tensorOf(usual));
    const k = await gram(net({}).kernel, usual, null, { get: 'ntk' });
    const permuted = await gram(net(first).kernel, own, null, { get: 'ntk' });
    expect(relativeError(permuted.to1DArray(), k.to1DArray())).toBeLessThan(tolerance.f64.rounding);
    const g = await gramVjp(net({}).kernel, usual, null, { ntk: k });
    const h = await gramVjp(net(first).kernel, own, null, { ntk: k });
    expect(h.x1.shape).toEqual([2, 5, 3, 4]);
    const back = tf.tensor(Float32Array.from(h.x1.data), [...h.x1.shape]).transpose([0, 2, 3, 1]);
    expect(relativeError(back.dataSync(), g.x1.data)).toBeLessThan(tolerance.f32.rounding);
  });
});

/** Biases `[1, channels, 1, 1]`, wherever their channels are, as `[1, 1, 1, channels]`. */
function transposed(params: stax.Params): stax.Params {
  const [{ w, b }, ...others] = params as unknown as readonly { w: tf.Tensor; b: tf.Tensor }[];
  return [{ w, b: b.reshape([1, 1, 1, -1]) }, ...others];
}
