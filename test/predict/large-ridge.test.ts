import { describe, expect, it } from 'vitest';
import { NonFiniteError, ShapeError } from '../../src/base/errors.js';
import { gram } from '../../src/gram/index.js';
import { conjugateGradientRidge, nystromRidge } from '../../src/predict/index.js';
import { key } from '../../src/random/key.js';
import { normal } from '../../src/random/normal.js';
import { kernelRidge } from '../../src/regression/kernel-ridge.js';
import { serial } from '../../src/stax/combinators/serial.js';
import { Relu } from '../../src/stax/nonlinearities/relu.js';
import { Dense } from '../../src/stax/weights/dense.js';
import { relativeError } from '../support/compare.js';

const { kernel } = serial(Dense(8), Relu(), Dense(8), Relu(), Dense(1));
const samples = (n: number, d: number, seed: number) => ({
  shape: [n, d],
  data: Float64Array.from(normal(key(seed), [n, d]).data),
});
const n = 300;
const x = samples(n, 6, 1);
const xTest = samples(70, 6, 2);
const y = samples(n, 3, 3);
const common = { get: 'ntk', diagReg: 1e-3, tile: 64 } as const;

async function exact() {
  const fitted = await kernelRidge(await gram(kernel, x, null, { get: 'ntk' }), y, { reg: 1e-3 });
  return (await fitted.predict(await gram(kernel, xTest, x, { get: 'ntk' }))).to1DArray();
}

describe('conjugateGradientRidge', () => {
  it.each([
    ['without landmarks', {}],
    ['with landmarks', { landmarks: 60 }],
    ['with no tile kept', { landmarks: 60, keptBytes: 0 }],
    ['with one tile', { tile: 1000 }],
  ])('is kernelRidge, %s', async (_, own) => {
    const expected = await exact();
    const answer = await conjugateGradientRidge(kernel, x, y, { ...common, tolerance: 1e-10, ...own });
    expect(answer.converged).toBe(true);
    expect(answer.residual).toBeLessThan(2e-10);
    expect(relativeError((await answer.predict(xTest)).data, expected)).toBeLessThan(1e-8);
  });

  it('needs fewer iterations with a preconditioner', async () => {
    const plain = await conjugateGradientRidge(kernel, x, y, common);
    const helped = await conjugateGradientRidge(kernel, x, y, { ...common, landmarks: 100 });
    expect(helped.iterations).toBeLessThan(plain.iterations / 2);
  });

  it('says when it stopped early, and how far it is', async () => {
    const answer = await conjugateGradientRidge(kernel, x, y, { ...common, maxIterations: 3 });
    expect(answer).toMatchObject({ converged: false, iterations: 3 });
    expect(answer.residual).toBeGreaterThan(1e-6);
  });

  it('gives the same bits whatever is kept', async () => {
    const kept = await conjugateGradientRidge(kernel, x, y, { ...common, landmarks: 20 });
    const anew = await conjugateGradientRidge(kernel, x, y, { ...common, landmarks: 20, keptBytes: 0 });
    expect(anew.alpha).toEqual(kept.alpha);
  });

  it('stops when the signal aborts', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const onProgress = (done: number) => done === 2 && controller.abort(reason);
    const run = conjugateGradientRidge(kernel, x, y, { ...common, signal: controller.signal, onProgress });
    await expect(run).rejects.toBe(reason);
  });
});

describe('nystromRidge', () => {
  it('is kernelRidge where every sample is a landmark', async () => {
    const answer = await nystromRidge(kernel, x, y, { ...common, landmarks: n });
    expect(relativeError((await answer.predict(xTest)).data, await exact())).toBeLessThan(1e-7);
    expect(answer.residual).toBeLessThan(1e-7);
  });

  it('comes nearer with more landmarks', async () => {
    const residuals: number[] = [];
    for (const landmarks of [10, 100, 290]) {
      residuals.push((await nystromRidge(kernel, x, y, { ...common, landmarks })).residual);
    }
    expect(residuals[1]).toBeLessThan(residuals[0]);
    expect(residuals[2]).toBeLessThan(residuals[1]);
  });
});

it('refuses what does not fit', async () => {
  const wrong = conjugateGradientRidge(kernel, x, samples(7, 1, 1), common);
  await expect(wrong).rejects.toThrow(ShapeError);
  const nan = { ...y, data: y.data.map((value, i) => (i === 4 ? NaN : value)) };
  await expect(conjugateGradientRidge(kernel, x, nan, common)).rejects.toThrow(NonFiniteError);
  await expect(conjugateGradientRidge(kernel, x, nan, common)).rejects.toThrow('got NaN at [1, 1]');
  await expect(nystromRidge(kernel, x, y, { ...common, landmarks: n + 1 })).rejects.toThrow('from 0 to 300');
  await expect(nystromRidge(kernel, x, y, { ...common, landmarks: 5, diagReg: 0 })).rejects.toThrow(
    'need a ridge',
  );
  await expect(conjugateGradientRidge(kernel, x, y, { ...common, tile: 0 })).rejects.toThrow(RangeError);
});
