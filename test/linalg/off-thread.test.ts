import { describe, expect, it } from 'vitest';
import { NonFiniteError, ShapeError } from '../../src/base/errors.js';
import { eigenSymmetric } from '../../src/linalg/eigen.js';
import { offThread, releaseLinalgThread } from '../../src/linalg/off-thread.js';
import { gemm } from '../../src/linalg/product.js';

const symmetric = (n: number): Float64Array =>
  Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return Math.cos(i + j) + Math.sin(i * j);
  });

describe('offThread', () => {
  it('gives the bits of the call itself, and keeps the arguments', async () => {
    const a = symmetric(150);
    const before = a.slice();
    expect(await offThread('eigenSymmetric', [a, 150])).toEqual(eigenSymmetric(a, 150));
    const product = await offThread('gemm', [150, 150, 150, a, a, { transposeA: true }]);
    expect(product).toEqual(gemm(150, 150, 150, a, a, { transposeA: true }));
    expect(a).toEqual(before);
  });

  it('leaves the calling thread free', async () => {
    const a = symmetric(500);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await offThread('eigenSymmetric', [a, 500]);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(5);
  });

  it('does calls in their order', async () => {
    const a = symmetric(200);
    const order: number[] = [];
    const call = (i: number) => offThread('eigenvaluesSymmetric', [a, 200]).then(() => order.push(i));
    await Promise.all([call(0), call(1), call(2)]);
    expect(order).toEqual([0, 1, 2]);
  });

  it('ends the work when the signal aborts, and goes on with the next', async () => {
    const a = symmetric(800);
    const controller = new AbortController();
    const reason = new Error('enough');
    const before = process.cpuUsage();
    const stopped = offThread('eigenSymmetric', [a, 800], controller.signal);
    const waiting = offThread('eigenSymmetric', [a, 800], controller.signal);
    const next = offThread('gemm', [150, 150, 150, symmetric(150), symmetric(150)]);
    setTimeout(() => controller.abort(reason), 30);
    await expect(stopped).rejects.toBe(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(await next).toEqual(gemm(150, 150, 150, symmetric(150), symmetric(150)));
    // Processor time, as others may keep the machine busy.
    const { user } = process.cpuUsage(before);
    const alone = process.cpuUsage();
    eigenSymmetric(a, 800);
    expect(user).toBeLessThan(process.cpuUsage(alone).user);
    await expect(offThread('gemm', [1, 1, 1, a, a], AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('rejects with the errors of the call', async () => {
    const a = symmetric(150);
    await expect(offThread('eigenSymmetric', [a, 149])).rejects.toThrow(ShapeError);
    a[7] = NaN;
    await expect(offThread('eigenSymmetric', [a, 150])).rejects.toThrow(NonFiniteError);
    await expect(offThread('eigenSymmetric', [a, 150])).rejects.toThrow('got NaN at [0, 7]');
  });

  it('rejects a call whose thread is released, and starts another', async () => {
    const a = symmetric(800);
    const call = offThread('eigenSymmetric', [a, 800]);
    releaseLinalgThread();
    await expect(call).rejects.toThrow('released');
    expect(await offThread('eigenvaluesSymmetric', [symmetric(150), 150])).toHaveLength(150);
  });
});
