import * as tf from '@tensorflow/tfjs';
import { Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { kernelRidge, toNdArray } from '../../src/index.js';

/** A Gram matrix of an RBF kernel between points of a line. */
const gramOf = (n: number) =>
  new Matrix(
    Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Math.exp(-((i - j) ** 2) / 8))),
  );
const targets = (n: number) => new Matrix(Array.from({ length: n }, (_, i) => [Math.sin(i / 9)]));

describe('kernelRidge', () => {
  it('leaves the calling thread free', async () => {
    const n = 1200;
    const [k, y] = [gramOf(n), targets(n)];
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await kernelRidge(k, y, { reg: 1e-3 });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(5);
  });

  it('stops when its signal aborts, and works again afterwards', async () => {
    const n = 1200;
    const [k, y] = [gramOf(n), targets(n)];
    const abort = new AbortController();
    const stopped = kernelRidge(k, y, { reg: 1e-3, signal: abort.signal });
    setTimeout(() => abort.abort(new Error('enough')), 5);
    await expect(stopped).rejects.toThrow('enough');
    await expect(kernelRidge(k, y, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
    const { evidence } = await kernelRidge(k, y, { reg: 1e-3 });
    expect(evidence.residual).toBeLessThan(1e-12);
  });

  it('has the same numbers from arrays of any form, on a thread and on the calling one', async () => {
    for (const n of [20, 150]) {
      const [k, y] = [gramOf(n), targets(n)];
      const { alpha, predict } = await kernelRidge(k, y, { reg: 1e-3 });
      const others = await kernelRidge(toNdArray(k), toNdArray(y), { reg: 1e-3 });
      expect(others.alpha.to1DArray()).toEqual(alpha.to1DArray());
      expect((await others.predict(toNdArray(k))).to1DArray()).toEqual((await predict(k)).to1DArray());
      const y32 = tf.tensor2d(y.to2DArray());
      const rounded = await kernelRidge(k, y32, { reg: 1e-3 });
      expect(rounded.alpha.to1DArray()).toEqual(
        (await kernelRidge(k, toNdArray(y32), { reg: 1e-3 })).alpha.to1DArray(),
      );
    }
  });
});
