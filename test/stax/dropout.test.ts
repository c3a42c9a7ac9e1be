import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { gram, gramVjp, random, stax, traceProgram } from '../../src/index.js';
import { relativeError } from '../support/compare.js';
import { tolerance } from '../support/tolerance.js';

const { Conv, Dense, Dropout, Flatten, Relu, serial } = stax;

test('keeps by the rate, in mode train alone, by the key alone', () => {
  const { apply } = Dropout(0.8);
  const x = tf.ones([100, 100]);
  const y = apply([], x, { key: random.key(1) });
  expect(new Set(y.dataSync())).toEqual(new Set([0, 1.25]));
  const deviation = Math.sqrt((1 - 0.8) / 0.8 / x.size);
  expect(Math.abs(y.mean().dataSync()[0] - 1)).toBeLessThan(4 * deviation);
  expect(apply([], x, { key: random.key(1) }).arraySync()).toEqual(y.arraySync());
  expect(apply([], x, { key: random.key(2) }).arraySync()).not.toEqual(y.arraySync());
  expect(Dropout(0.8, { mode: 'test' }).apply([], x).arraySync()).toEqual(x.arraySync());
});

test('draws from a key of its own in every layer, as jax splits them', () => {
  const x = tf.ones([4, 50]);
  const net = serial(Dropout(0.5), stax.Identity(), Dropout(0.5));
  const [first, , second] = random.split(random.key(3), 3);
  const expected = Dropout(0.5).apply([], Dropout(0.5).apply([], x, { key: first }), { key: second });
  expect(net.apply([[], [], []], x, { key: random.key(3) }).arraySync()).toEqual(expected.arraySync());
});

test('refuses what it cannot do', () => {
  expect(() => Dropout(0)).toThrowErrorMatchingInlineSnapshot(
    `[RangeError: Dropout: rate is the probability of keeping, in (0, 1], got 0. Pass e.g. 0.9.]`,
  );
  expect(() => Dropout(1.1)).toThrow(RangeError);
  expect(() => Dropout(0.5, { mode: 'eval' as never })).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: Dropout: mode must be 'train' or 'test', got 'eval'.]`,
  );
  expect(() => Dropout(0.5).apply([], tf.ones([1, 2]))).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: Dropout: apply needs a key in mode 'train', got none. Pass apply(params, x, { key: random.key(0) }).]`,
  );
  expect(() => traceProgram(serial(Flatten(), Dropout(0.5)), [2, 3])).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: Dropout: needs activations of a wide layer, got the raw input, whose kernel would be random. Put a Dense or Conv layer before it.]`,
  );
  expect(() => traceProgram(serial(Dense(3), Dropout(0.5), Relu()), [2])).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: Relu: a nonlinearity needs Gaussian activations, got the output of Dropout. Put a Dense or Conv layer before it.]`,
  );
});

test('scales samples with themselves alone: in every executor, block, and on Kernels', async () => {
  const last = serial(Conv(4, [2]), Relu(), Flatten(), Dense(1));
  const net = serial(Conv(4, [2]), Relu(), Dropout(0.5), last);
  const plain = serial(Conv(4, [2]), Relu(), Dropout(0.5, { mode: 'test' }), last);
  const x = { shape: [5, 4, 2], data: Float64Array.from({ length: 40 }, (_, i) => Math.sin(1 + 1.3 * i)) };
  const copy = { ...x, data: x.data.slice() };
  const options = { get: 'ntk', dtype: 'float64' } as const;
  const same = await gram(net.kernel, x, null, options);
  const other = await gram(net.kernel, x, copy, options);
  for (let i = 0; i < 5; i++) {
    for (let j = 0; j < 5; j++) {
      // Of other samples, dropout changes the variances that the nonlinearity after it reads, not the covariance.
      if (i === j) expect(same.get(i, j)).toBeGreaterThan(other.get(i, j));
      else expect(Math.abs(same.get(i, j) / other.get(i, j) - 1)).toBeLessThan(tolerance.f64.rounding);
    }
  }
  expect(other.get(0, 0)).not.toBe((await gram(plain.kernel, x, copy, options)).get(0, 0));
  expect((await gram(net.kernel, x, x, options)).to1DArray()).toEqual(same.to1DArray());
  const alone = await gramVjp(net.kernel, x, null, { ntk: same });
  const twice = await gramVjp(net.kernel, x, x, { ntk: same });
  const both = twice.x1.data.map((entry, i) => entry + twice.x2!.data[i]);
  expect(relativeError(both, alone.x1.data)).toBeLessThan(tolerance.f64.rounding);

  const tensor = tf.tensor(Float32Array.from(x.data), x.shape);
  const first = serial(Conv(4, [2]), Relu());
  const second = serial(Dropout(0.5), last);
  for (const x2 of [null, tensor]) {
    for (const executor of ['engine', 'tf'] as const) {
      const { ntk } = net.kernel(tensor, x2, undefined, { executor });
      expect(relativeError(ntk.dataSync(), same.to1DArray())).toBeLessThan(tolerance.f32.values);
    }
    const composed = second.kernel(first.kernel(tensor, x2), null, ['ntk', 'cov1', 'cov2']);
    expect(relativeError(composed.ntk.dataSync(), same.to1DArray())).toBeLessThan(tolerance.f32.values);
    expect(composed.cov2?.arraySync()).toEqual(x2 === null ? undefined : composed.cov1.arraySync());
  }
});
