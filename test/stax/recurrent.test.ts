import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { gram, random, ShapeError, stax, traceProgram } from '../../src/index.js';
import { relativeError } from '../support/compare.js';
import { generic } from '../support/compute.js';
import { tolerance } from '../support/tolerance.js';

const { Dense, Erf, Flatten, GlobalAvgPool, Recurrent, Relu, serial } = stax;

describe('Recurrent', () => {
  test('steps through the sequence', () => {
    const cell = Recurrent(3, { wStd: 1.2, uStd: 0.8, bStd: 0.5, nonlinearity: Relu() });
    const [shape, params] = cell.init(random.key(1), [-1, 4, 2]);
    expect(shape).toEqual([-1, 4, 3]);
    const x = tf.randomNormal([2, 4, 2], 0, 1, 'float32', 3);
    const { w, u, b } = params as Record<string, tf.Tensor2D>;
    let state = tf.zeros([2, 3]);
    const states = tf.unstack(x, 1).map((input) => {
      const recurrent = state.matMul(w).mul(1.2 / Math.sqrt(3));
      const own = (input as tf.Tensor2D).matMul(u).mul(0.8 / Math.sqrt(2));
      state = recurrent
        .add(own)
        .add(b.reshape([3]).mul(0.5))
        .relu();
      return state;
    });
    expect(relativeError(cell.apply(params, x).dataSync(), tf.stack(states, 1).dataSync())).toBeLessThan(
      tolerance.f32.rounding,
    );
    const end = Recurrent(3, { wStd: 1.2, uStd: 0.8, bStd: 0.5, nonlinearity: Relu(), returns: 'last' });
    expect(end.apply(params, x).arraySync()).toEqual(cell.apply(params, x).gather(3, 1).arraySync());
  });

  test('has the kernels of the recursion', async () => {
    const options = { wStd: 1.3, uStd: 0.7, bStd: 0.2 };
    const x = generic([2, 5, 3]);
    const { g, theta } = byRecursion(x.data, 5, 3, options);
    for (const parts of ['sequence', 'last'] as const) {
      const cell = Recurrent(8, { ...options, returns: parts });
      const net = serial(cell, ...((parts === 'last' ? [] : [GlobalAvgPool()]) as [stax.Layer]));
      const k = await gram(net.kernel, x, null, { get: ['nngp', 'ntk'] });
      const mean = (table: number[][][][]) =>
        [0, 1].flatMap((i) =>
          [0, 1].map((j) =>
            parts === 'last' ? table[i][j][4][4] : table[i][j].flat().reduce((a, b) => a + b, 0) / 25,
          ),
        );
      expect(relativeError(k.nngp.to1DArray(), mean(g))).toBeLessThan(tolerance.f64.rounding);
      expect(relativeError(k.ntk.to1DArray(), mean(theta))).toBeLessThan(tolerance.f64.rounding);
    }
  });

  test('does 50 steps', async () => {
    const x = generic([2, 50, 3]);
    const sequence = serial(Recurrent(8, { bStd: 0.1 }), GlobalAvgPool());
    const { ntk } = await gram(sequence.kernel, x, null, { get: ['ntk'] });
    const { theta } = byRecursion(x.data, 50, 3, { wStd: 1, uStd: 1, bStd: 0.1 });
    const expected = theta[0][1].flat().reduce((a, b) => a + b, 0) / 2500;
    expect(relativeError([ntk.get(0, 1)], [expected])).toBeLessThan(tolerance.f64.rounding);
  });

  test('with one step, or no way from one to the next, is Dense and its nonlinearity', () => {
    const dense = serial(Dense(8, { wStd: 0.7, bStd: 0.2 }), Erf(), Flatten());
    const x = tf.randomNormal([2, 3, 4], 0, 1, 'float32', 3);
    const cell = serial(Recurrent(8, { wStd: 0, uStd: 0.7, bStd: 0.2 }), Flatten());
    for (const field of ['nngp', 'ntk'] as const) {
      const [a, b] = [cell, dense].map((net) => net.kernel(x, null, field).dataSync());
      expect(relativeError(a, b)).toBeLessThan(tolerance.f32.rounding);
    }
  });

  test('ends at the last step that is not masked', () => {
    const cell = Recurrent(16, { wStd: 1.3, bStd: 0.2, returns: 'last' });
    const net = serial(cell, Dense(4));
    const x = tf.randomNormal([3, 5, 2], 0, 1, 'float32', 5);
    const lengths = [5, 3, 2];
    const padded = tf.stack(
      lengths.map((length, i) =>
        x
          .slice([i, 0, 0], [1, length, 2])
          .pad(
            [
              [0, 0],
              [0, 5 - length],
              [0, 0],
            ],
            9,
          )
          .squeeze([0]),
      ),
    );
    const short = (i: number) => x.slice([i, 0, 0], [1, lengths[i], 2]);
    const [, params] = net.init(random.key(0), [-1, 5, 2]);
    const y = net.apply(params, padded, { maskConstant: 9 });
    lengths.forEach((_, i) => {
      const own = net.apply(params, short(i)).dataSync();
      expect(relativeError(y.slice([i, 0], [1, 4]).dataSync(), own)).toBeLessThan(tolerance.f32.rounding);
    });
    for (const executor of ['engine', 'tf'] as const) {
      const k = net.kernel(padded, null, ['nngp', 'ntk', 'cov1'], { maskConstant: 9, executor });
      lengths.forEach((_, i) => {
        const own = net.kernel(short(i), null, ['nngp', 'ntk', 'cov1'], { executor });
        const entry = (field: tf.Tensor) => field.slice([i, i], [1, 1]).dataSync();
        expect(relativeError(entry(k.nngp), own.nngp.dataSync())).toBeLessThan(tolerance.f32.values);
        expect(relativeError(entry(k.ntk), own.ntk.dataSync())).toBeLessThan(tolerance.f32.values);
        expect(relativeError([k.cov1.dataSync()[i]], own.cov1.dataSync())).toBeLessThan(tolerance.f32.values);
      });
      // Between sequences of different lengths: the states of all steps have that pair among them.
      const all = serial(Recurrent(16, { wStd: 1.3, bStd: 0.2 }), Dense(4)).kernel(x, null, 'nngp', {
        executor,
      });
      const pair = all.slice([0, 2, 4, 1], [1, 1, 1, 1]).dataSync();
      expect(relativeError(k.nngp.slice([0, 2], [1, 1]).dataSync(), pair)).toBeLessThan(tolerance.f32.values);
    }
  });

  test('refuses what is no sequence', () => {
    expect(() => traceProgram(Recurrent(3), [4])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: Recurrent: needs inputs [n, steps, channels], got [n,4]. Flatten the other axes into one.]`,
    );
    expect(() => Recurrent(3, { nonlinearity: Dense(4) }).init(random.key(0), [-1, 4, 2])).toThrow(
      ShapeError,
    );
    expect(() => Recurrent(3, { returns: 'all' as never })).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: Recurrent: returns must be 'sequence' or 'last', got 'all'.]`,
    );
    expect(() => Recurrent(0)).toThrow(ShapeError);
    expect(() => Recurrent(3, { uStd: Number.NaN })).toThrow(RangeError);
  });
});

/** K' and Θ' `[i][j][t][t']` of a cell with Erf, by the recursion over both steps. */
function byRecursion(
  x: Float64Array,
  steps: number,
  channels: number,
  { wStd, uStd, bStd }: { wStd: number; uStd: number; bStd: number },
) {
  const both = [0, 1];
  const cell = () => both.map(() => both.map(() => range(steps).map(() => Array<number>(steps).fill(0))));
  const [pre, preTheta, g, theta] = [cell(), cell(), cell(), cell()];
  const input = (i: number, t: number) =>
    x.subarray((i * steps + t) * channels, (i * steps + t + 1) * channels);
  for (const s of range(steps)) {
    for (const t of range(steps)) {
      for (const i of both) {
        for (const j of both) {
          const [a, b] = [input(i, s), input(j, t)];
          const dot = a.reduce((sum, entry, c) => sum + entry * b[c], 0) / channels;
          const before = s > 0 && t > 0 ? g[i][j][s - 1][t - 1] : 0;
          pre[i][j][s][t] = uStd ** 2 * dot + bStd ** 2 + wStd ** 2 * before;
          preTheta[i][j][s][t] =
            pre[i][j][s][t] + (s > 0 && t > 0 ? wStd ** 2 * theta[i][j][s - 1][t - 1] : 0);
        }
      }
      // The variances at s and at t are known: steps up to the larger of both are done on the diagonal.
      for (const i of both) {
        for (const j of both) {
          const root = Math.sqrt(
            (1 + 2 * variance(i, s)) * (1 + 2 * variance(j, t)) - 4 * pre[i][j][s][t] ** 2,
          );
          g[i][j][s][t] = (2 / Math.PI) * Math.atan2(2 * pre[i][j][s][t], root);
          theta[i][j][s][t] = (4 / (Math.PI * root)) * preTheta[i][j][s][t];
        }
      }
    }
  }
  return { g, theta };

  function variance(i: number, t: number): number {
    let q = 0;
    for (let step = 0; step <= t; step++) {
      const a = input(i, step);
      const dot = a.reduce((sum, entry) => sum + entry ** 2, 0) / channels;
      const before =
        step > 0 ? (2 / Math.PI) * Math.atan2(2 * q, Math.sqrt((1 + 2 * q) ** 2 - 4 * q * q)) : 0;
      q = uStd ** 2 * dot + bStd ** 2 + wStd ** 2 * before;
    }
    return q;
  }
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
