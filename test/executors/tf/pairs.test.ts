import * as tf from '@tensorflow/tfjs';
import { Matrix } from 'ml-matrix';
import { afterAll, describe, expect, it } from 'vitest';
import { enginePairs } from '../../../src/executors/engine/index.js';
import { tfPairs } from '../../../src/executors/tf/index.js';
import { gram, gramVjp, programOf, releaseThreads, ridgeVisit, stax } from '../../../src/index.js';
import { relativeError } from '../../support/compare.js';
import { tolerance } from '../../support/tolerance.js';

afterAll(releaseThreads);

const weights = { wStd: 1.4, bStd: 0.1 };
const shape = [4, 4, 2];
const net = stax.serial(
  ...[stax.Conv(8, [3, 3], { ...weights, padding: 'SAME' }), stax.Relu()],
  ...[stax.Flatten(), stax.Dense(1, weights)],
);
const program = programOf(net.kernel, shape);
const rows = (count: number, phase: number) => ({
  data: Float32Array.from({ length: count * 32 }, (_, k) => Math.sin(phase + 1.3 * k * k)),
  count,
});
const [x1, x2] = [rows(5, 1), rows(7, 2)];
const options = { dtype: 'float32', threads: 1, same: false } as const;
const bound = tolerance.f32.golden;
const cotangents = (n1: number, n2: number) => ({
  nngp: Float32Array.from({ length: n1 * n2 }, (_, k) => Math.cos(k)),
  ntk: Float32Array.from({ length: n1 * n2 }, (_, k) => Math.sin(2 * k)),
});

describe('tfPairs', () => {
  it('computes what the engine computes, in any blocks', async () => {
    const job = { ...options, fields: ['nngp', 'ntk'] as const };
    for (const other of [x2, null]) {
      const engine = await enginePairs.gram(program, x1, other, job);
      for (const block of [undefined, { rows: 2, columns: 2 }]) {
        const own = await tfPairs.gram(program, x1, other, { ...job, block });
        expect(relativeError(own.nngp!, engine.nngp!)).toBeLessThan(bound);
        expect(relativeError(own.ntk!, engine.ntk!)).toBeLessThan(bound);
      }
    }
  });

  it("has the engine's gradients", async () => {
    const job = { ...options, sides: { x1: true, x2: true } };
    const engine = await enginePairs.vjp(program, x1, x2, cotangents(5, 7), job);
    const own = await tfPairs.vjp(program, x1, x2, cotangents(5, 7), job);
    expect(relativeError(own.x1!, engine.x1!)).toBeLessThan(bound);
    expect(relativeError(own.x2!, engine.x2!)).toBeLessThan(bound);
    const [self, ownSelf] = [enginePairs, tfPairs].map((pairs) =>
      pairs.vjp(program, x2, null, cotangents(7, 7), job),
    );
    expect(relativeError((await ownSelf).x1!, (await self).x1!)).toBeLessThan(bound);
    expect((await ownSelf).x2).toBeNull();
  });

  it("has the engine's sums of a ridge regression", async () => {
    const regression = {
      ...options,
      ...{ field: 'ntk' as const, classes: 2, scale: 0.1, gradient: true },
      alpha: Float64Array.from({ length: 10 }, (_, k) => Math.sin(k)),
      labels: Float64Array.from({ length: 14 }, (_, k) => Math.cos(k)),
    };
    const engine = await enginePairs.ridge(program, x1, x2, regression);
    const own = await tfPairs.ridge(program, x1, x2, regression);
    expect(relativeError([own.loss], [engine.loss])).toBeLessThan(bound);
    expect(own.correct).toBe(engine.correct);
    expect(relativeError(own.kG, engine.kG)).toBeLessThan(bound);
    expect(relativeError(own.x1!, engine.x1!)).toBeLessThan(bound);
  });

  it('counts blocks that grow with the samples', () => {
    const cost = (n1: number) =>
      tfPairs.cost(program, { kind: 'gram', dtype: 'float32', ntk: true, n1, n2: 10 });
    expect(cost(20).work).toBe(2 * cost(10).work);
    expect(cost(10_000).tasks).toBeGreaterThan(1);
  });
});

describe("a network with a function of one's own", () => {
  const square = (k: tf.Tensor, q1: tf.Tensor, q2: tf.Tensor) =>
    tf.add(tf.mul(q1, q2), tf.mul(2, tf.square(k)));
  const own = stax.serial(
    ...[stax.Dense(1, weights), stax.Elementwise({ fn: (x: tf.Tensor) => tf.square(x), nngpFn: square })],
    stax.Dense(1, weights),
  );
  const known = stax.serial(...[stax.Dense(1, weights), stax.Polynomial([0, 0, 1])], stax.Dense(1, weights));
  const vectors = (n: number, phase: number) => ({
    shape: [n, 3],
    data: Float64Array.from({ length: 3 * n }, (_, k) => Math.sin(phase + k * k)),
  });
  const [a, b] = [vectors(4, 1), vectors(6, 2)];

  it('has Gram matrices, gradients and ridge visits in float32', async () => {
    const single = { dtype: 'float32' } as const;
    const nngp = async ({ kernel }: typeof own) =>
      (await gram(kernel, a, b, { ...single, get: 'nngp' })).to1DArray();
    expect(relativeError(await nngp(own), await nngp(known))).toBeLessThan(bound);
    const gradient = async ({ kernel }: typeof own) =>
      (await gramVjp(kernel, a, b, { nngp: Matrix.ones(4, 6) }, single)).x1.data;
    expect(relativeError(await gradient(own), await gradient(known))).toBeLessThan(bound);
    const visit = async ({ kernel }: typeof own) =>
      ridgeVisit(kernel, a, b, Matrix.ones(4, 2), Matrix.zeros(6, 2), { ...single, get: 'nngp' });
    expect((await visit(own)).loss / (await visit(known)).loss - 1).toBeCloseTo(0, 4);
  });

  it('is refused in float64, with the remedy', async () => {
    await expect(gram(own.kernel, a, b, { get: 'nngp' })).rejects.toThrow(
      /^gram: functions of one's own.* in float32 alone\. Pass dtype 'float32'\./,
    );
  });

  it('stops when its signal is aborted', async () => {
    const controller = new AbortController();
    const stopped = gram(own.kernel, a, b, {
      ...{ get: 'nngp', dtype: 'float32', signal: controller.signal },
      block: { rows: 1, columns: 1 },
      onProgress: () => controller.abort(new Error('enough')),
    });
    await expect(stopped).rejects.toThrow('enough');
  });
});
