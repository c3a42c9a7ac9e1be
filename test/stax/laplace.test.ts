import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { gram, gramVjp, random, stax } from '../../src/index.js';
import { relativeError } from '../support/compare.js';
import { byEngine, byTf, generic, lossOf, tensorOf } from '../support/compute.js';
import { along, derivative, slopeAlong } from '../support/differences.js';
import { tolerance } from '../support/tolerance.js';

const gamma = 0.7;
const [a, b] = [generic([4, 3], 3), generic([5, 3], 4)];
const net = stax.serial(stax.Dense(1, { wStd: Math.sqrt(3) }), stax.Laplace(gamma));

/** exp(−gamma·|x − x′|) of the rows of two arrays. */
function explicit(x: typeof a, y: typeof a): number[] {
  const row = ({ data }: typeof a, i: number) => [...data.slice(3 * i, 3 * i + 3)];
  return Array.from({ length: x.shape[0] * y.shape[0] }, (_, at) => {
    const [i, j] = [Math.floor(at / y.shape[0]), at % y.shape[0]];
    return Math.exp(-gamma * Math.hypot(...row(x, i).map((value, c) => value - row(y, j)[c])));
  });
}

describe('Laplace', () => {
  it('is exp(−gamma·|x − x′|), 1 at equal samples', async () => {
    const k = await gram(net.kernel, a, b, { get: 'nngp' });
    expect(relativeError(k.to1DArray(), explicit(a, b))).toBeLessThan(tolerance.f64.rounding);
    const single = await gram(net.kernel, a, b, { get: 'nngp', dtype: 'float32' });
    expect(relativeError(single.to1DArray(), explicit(a, b))).toBeLessThan(tolerance.f32.values);
    const own = await gram(net.kernel, a, null, { get: 'nngp' });
    expect(own.diagonal()).toEqual([1, 1, 1, 1]);
  });

  it('has the derivatives of its values, those of its tangent kernel too', async () => {
    const deep = stax.serial(
      stax.Conv(1, [2]),
      stax.Laplace(gamma),
      stax.Conv(1, [2], { bStd: 0.3 }),
      stax.Erf(),
      stax.Flatten(),
    );
    const [x1, x2] = [generic([3, 4, 2], 5), generic([4, 4, 2], 6)];
    const direction = generic([24], 7).data;
    const { gradients } = await byEngine(deep, x1, x2, 'float64');
    const slope = await derivative(async (t) =>
      lossOf(await byEngine(deep, along(x1, direction, t), x2, 'float64')),
    );
    expect(Math.abs(slopeAlong(gradients[0], direction) / slope - 1)).toBeLessThan(tolerance.f64.line);
  });

  it('has a gradient of 0 where samples are the same', async () => {
    const ones = { shape: [4, 4], data: new Float64Array(16).fill(1) };
    const same = { shape: [4, 3], data: Float64Array.from({ length: 12 }, (_, i) => a.data[i % 3]) };
    const { x1 } = await gramVjp(net.kernel, same, null, { nngp: ones });
    expect(x1.data).toEqual(new Float64Array(12));
  });

  it('has no tangent kernel of a sample with itself', async () => {
    await expect(gram(net.kernel, a, null, { get: 'ntk' })).rejects.toThrow('Infinity');
  });

  it('is the same by both executors, values and gradients', async () => {
    const [engine, tfjs] = [await byEngine(net, a, b, 'float64'), byTf(net, a, b)];
    expect(relativeError(tfjs.nngp, engine.nngp)).toBeLessThan(tolerance.f32.values);
    expect(relativeError(tfjs.ntk, engine.ntk)).toBeLessThan(tolerance.f32.values);
    for (const [side, gradient] of tfjs.gradients.entries()) {
      expect(relativeError(gradient, engine.gradients[side])).toBeLessThan(tolerance.f32.gradients);
    }
  });

  it('is the covariance of its finite layer', () => {
    const width = 50_000;
    const { init, apply } = stax.serial(stax.Dense(width, { wStd: Math.sqrt(3) }), stax.Laplace(gamma));
    const [, params] = init(random.key(1), [-1, 3]);
    const x = apply(params, tensorOf(a));
    const k = tf.div(tf.matMul(x, x, false, true), width).dataSync();
    // Products of two activations are within ±2: four standard errors.
    const bound = (4 * 2) / Math.sqrt(width);
    for (const [i, entry] of explicit(a, a).entries()) expect(Math.abs(k[i] - entry)).toBeLessThan(bound);
  });
});
