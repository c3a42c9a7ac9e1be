import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { random, stax, traceProgram } from '../../src/index.js';
import { relativeError } from '../support/compare.js';
import { tolerance } from '../support/tolerance.js';

const { ImageResize } = stax;
const { Conv, ConvLocal, ConvTranspose, Dense, Index, LayerNorm, Relu, serial, Slice } = stax;

describe('Index', () => {
  const x = tf.range(0, 2 * 3 * 4 * 2).reshape([2, 3, 4, 2]);
  const at = (indices: readonly stax.IndexEntry[]) => Index(indices).apply([], x);

  test('takes what basic indexing takes', () => {
    expect(at([Slice(), 1]).arraySync()).toEqual(x.slice([0, 1], [2, 1]).reshape([2, 4, 2]).arraySync());
    expect(at([Slice(), -3, Slice(1, 3)]).arraySync()).toEqual(
      x.slice([0, 0, 1], [2, 1, 2]).reshape([2, 2, 2]).arraySync(),
    );
    expect(at(['...', Slice(null, null, -1), Slice()]).arraySync()).toEqual(x.reverse(2).arraySync());
    expect(at([Slice(), Slice(5, -9, -2)]).arraySync()).toEqual(x.gather([2, 0], 1).arraySync());
    expect(at([]).arraySync()).toEqual(x.arraySync());
    const all = serial(Dense(4), Index(['...']));
    expect(traceProgram(all, [3, 4, 2])).toEqual(traceProgram(Dense(4), [3, 4, 2]));
  });

  test('refuses what no position answers to', () => {
    expect(() => Slice(1.5)).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: Slice: start, stop and step must be integers or null, step not 0, got 1.5, null, null.]`,
    );
    expect(() => Index(['...', '...'])).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: Index: indices may hold '...' once, got it twice.]`,
    );
    expect(() => at([0])).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: Index: takes a slice of the batch axis, got 0. Pass e.g. Slice(0, 1).]`,
    );
    expect(() => at(['...', Slice(1)])).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: Index: takes the whole channel axis, got {"start":1,"stop":null,"step":null}. The kernel is that of infinitely many.]`,
    );
    expect(() => at([Slice(), 3])).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: Index: position 3 is outside axis 1, which has 3.]`,
    );
    expect(() => at([Slice(), Slice(2, 1)])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: Index: a slice must hold a position, got {"start":2,"stop":1,"step":null} of axis 1, which has 3.]`,
    );
    expect(() => at([Slice(), 0, 0, Slice(), 0])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: Index: 5 indices for activations with 4 axes.]`,
    );
  });
});

describe('LayerNorm', () => {
  test('normalises the finite network', () => {
    const x = tf.randomNormal([2, 3, 4, 5], 1, 2, 'float32', 1);
    const y = LayerNorm({ axis: [1, -1] }).apply([], x);
    const { mean, variance } = tf.moments(y, [1, 3]);
    expect(relativeError(mean.dataSync(), new Float32Array(mean.size))).toBeLessThan(tolerance.f32.rounding);
    expect(relativeError(variance.dataSync(), new Float32Array(mean.size).fill(1))).toBeLessThan(
      tolerance.f32.rounding,
    );
  });

  test('refuses axes and activations that it has no kernel for', () => {
    const net = (axis: number | number[]) => traceProgram(serial(Dense(3), LayerNorm({ axis })), [4, 2]);
    expect(() => net(1)).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: LayerNorm: axis must hold the channels (2), got [1]. Pass e.g. { axis: -1 }.]`,
    );
    expect(() => net([3])).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: LayerNorm: axis 3 is none of activations with 3 axes.]`,
    );
    expect(() => LayerNorm({ eps: -1 })).toThrowErrorMatchingInlineSnapshot(
      `[RangeError: LayerNorm: eps must be at least 0, got -1.]`,
    );
    expect(() =>
      traceProgram(serial(Dense(3), Relu(), LayerNorm()), [4, 2]),
    ).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: LayerNorm: needs Gaussian activations, got the output of Relu. Put a Dense or Conv layer before it.]`,
    );
    expect(net([-1, 2, 2])).toEqual(net(2));
  });
});

describe('ImageResize', () => {
  const x = tf.tensor3d([[[0], [3], [6]]]);
  const to = (size: number, method: stax.ResizeMethod, antialias = true) =>
    Array.from(ImageResize([-1, size, -1], method, { antialias }).apply([], x).dataSync());

  test('takes the nearest position or interpolates', () => {
    expect(to(6, 'nearest')).toEqual([0, 0, 3, 3, 6, 6]);
    expect(to(2, 'nearest')).toEqual([0, 6]);
    expect(to(6, 'linear')).toEqual([0, 0.75, 2.25, 3.75, 5.25, 6]);
    expect(to(1, 'triangle', false)).toEqual([3]);
    expect(to(3, 'bilinear')).toEqual([0, 3, 6]);
    const same = serial(Dense(4), ImageResize([-1, 3, -1, -1], 'linear'));
    expect(traceProgram(same, [3, 4, 2])).toEqual(traceProgram(Dense(4), [3, 4, 2]));
  });

  test('weighs by cubics and windowed sines', () => {
    // Twice as fine, away from the edges: Keys's cubic at distances ¼, ¾, 1¼ and 1¾.
    const impulse = tf.tensor3d([0, 0, 0, 1, 0, 0, 0], [1, 7, 1]);
    const up = (method: stax.ResizeMethod) =>
      Array.from(ImageResize([-1, 14, -1], method).apply([], impulse).dataSync()).slice(3, 7);
    expect(relativeError(up('cubic'), [-3 / 128, -9 / 128, 29 / 128, 111 / 128])).toBeLessThan(
      tolerance.f32.rounding,
    );
    expect(up('bicubic')).toEqual(up('tricubic'));
    for (const [method, radius] of [
      ['lanczos3', 3],
      ['lanczos5', 5],
    ] as const) {
      const constant = ImageResize([-1, 4, -1], method)
        .apply([], tf.ones([1, 9, 1]))
        .dataSync();
      expect(relativeError(constant, [1, 1, 1, 1])).toBeLessThan(tolerance.f32.rounding);
      const sinc = (t: number) => (t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t));
      const weights = Array.from({ length: 21 }, (_, i) => {
        const t = Math.abs(i - 10 - 0.25);
        return t > radius ? 0 : sinc(t) * sinc(t / radius);
      });
      const total = weights.reduce((a, b) => a + b, 0);
      const long = tf.oneHot([9], 21).toFloat().reshape([1, 21, 1]);
      const [entry] = ImageResize([-1, 42, -1], method).apply([], long).dataSync().slice(21);
      expect(relativeError([entry], [weights[9] / total])).toBeLessThan(tolerance.f32.rounding);
    }
  });

  test('refuses shapes and methods that it cannot do', () => {
    expect(() => ImageResize([-1, 0, -1], 'linear')).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: ImageResize: shape must hold a positive size or -1 for each axis, batch and channels too, got [-1,0,-1].]`,
    );
    expect(() => ImageResize([-1, 4, 3], 'linear')).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: ImageResize: does not resize the channels, got [-1,4,3]. Pass -1 for them.]`,
    );
    expect(() => ImageResize([-1, 4, -1], 'box' as never)).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: ImageResize: method must be one of nearest, linear, bilinear, trilinear, triangle, cubic, bicubic, tricubic, lanczos3, lanczos5, got 'box'.]`,
    );
    expect(() => to(0.5, 'linear')).toThrow('ImageResize');
    expect(() =>
      traceProgram(ImageResize([-1, 4, -1], 'linear'), [4, 4, 1]),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: ImageResize: activations must have 3 axes, as shape has, got 4.]`,
    );
  });
});

describe('convolutions of other kinds', () => {
  test('ConvTranspose has the shapes of its paddings', () => {
    const out = (padding: 'VALID' | 'SAME' | 'CIRCULAR') =>
      ConvTranspose(3, [4, 1], { padding, strides: [2, 3] }).init(random.key(0), [-1, 5, 4, 2])[0];
    expect([out('VALID'), out('SAME'), out('CIRCULAR')]).toEqual([
      [-1, 12, 12, 3],
      [-1, 10, 12, 3],
      [-1, 10, 12, 3],
    ]);
    expect(() => traceProgram(ConvTranspose(3, [2, 2]), [4, 1])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: ConvTranspose: the filter needs one entry per spatial axis (1), got [2,2]. Inputs are [batch, …spatial, channels], here with spatial sizes [4].]`,
    );
  });

  test('ConvTranspose VALID is the adjoint of Conv VALID, as a map of images', () => {
    expectAdjoint({ padding: 'VALID', strides: [2] }, [3], [9], [4]);
  });

  test.each([1, 2, 3, 4])('ConvTranspose CIRCULAR is the adjoint of Conv CIRCULAR, filter %i', (filter) => {
    for (const stride of [1, 2, 3, 4]) {
      for (const size of [1, 2, 3, 4]) {
        expectAdjoint({ padding: 'CIRCULAR', strides: [stride] }, [filter], [size * stride], [size]);
      }
    }
    expectAdjoint({ padding: 'CIRCULAR', strides: [2, 1] }, [filter, 2], [4, 3], [2, 3]);
  });

  test('ConvLocal with equal weights everywhere is Conv', () => {
    const x = tf.randomNormal([2, 5, 3], 0, 1, 'float32', 5);
    const w = tf.randomNormal([2, 3, 4], 0, 1, 'float32', 6);
    const options = { padding: 'SAME', strides: [2], bStd: 0.5 } as const;
    const b = tf.randomNormal([1, 1, 4], 0, 1, 'float32', 7);
    const local = {
      w: w.transpose([1, 0, 2]).reshape([1, 6, 4]).tile([3, 1, 1]),
      b: b.tile([1, 3, 1]),
    };
    const shared = Conv(4, [2], options).apply({ w, b }, x);
    const unshared = ConvLocal(4, [2], options).apply(local, x);
    expect(relativeError(unshared.dataSync(), shared.dataSync())).toBeLessThan(tolerance.f32.rounding);
    expect(() => ConvLocal(4, [2], options).apply(local, x.slice([0, 0, 0], [2, 5, 2]))).toThrow('channels');
  });
});

/** ⟨Conv x, y⟩ = ⟨x, ConvTranspose y⟩ for images x of shape `long`, y of shape `short`, one channel each. */
function expectAdjoint(
  options: stax.ConvOptions,
  filter: readonly number[],
  long: readonly number[],
  short: readonly number[],
): void {
  const normal = (shape: readonly number[], seed: number) =>
    tf.randomNormal([...shape], 0, 1, 'float32', seed);
  const w = normal([...filter, 1, 1], 2);
  const x = normal([1, ...long, 1], 3);
  const y = normal([1, ...short, 1], 4);
  // Transposed filters are not flipped, so the adjoint has the flipped one.
  const axes = filter.map((_, axis) => axis);
  const back = ConvTranspose(1, filter, options).apply({ w: w.reverse(axes) }, y);
  expect(back.shape).toEqual(x.shape);
  const there = Conv(1, filter, options).apply({ w }, x);
  expect(there.shape).toEqual(y.shape);
  const scale = tf.mul(there.norm(), y.norm()).dataSync()[0];
  const difference = there.mul(y).sum().sub(back.mul(x).sum()).dataSync()[0];
  expect(Math.abs(difference) / scale).toBeLessThan(tolerance.f32.rounding);
}
