import { describe, expect, it } from 'vitest';
import {
  gram,
  kernelRidge,
  learnHyperparameters,
  logMarginalLikelihood,
  stax,
  toMatrix,
} from '../../src/index.js';
import { generic } from '../support/compute.js';

const { serial, Dense, Erf, LeakyRelu } = stax;

const n = 30;
const at = Float64Array.from({ length: n }, (_, i) => (2 * i) / (n - 1) - 1);
const x = { shape: [n, 1], data: at };
const noise = generic([n], 3).data;
const y = { shape: [n, 1], data: at.map((t, i) => Math.sin(4 * t) + 0.1 * noise[i]) };

const network = ({ w, b }: { w: number; b: number }) =>
  serial(Dense(8, { wStd: w, bStd: b }), Erf(), Dense(1, { wStd: w, bStd: b })).kernel;

describe('learnHyperparameters', () => {
  it('finds a minimum of the negative log marginal likelihood', async () => {
    const progress: number[] = [];
    const options = {
      reg: 0.05,
      regScale: 'absolute',
      onProgress: (step: number) => progress.push(step),
    } as const;
    const learned = await learnHyperparameters(network, { w: 1, b: 0.5 }, x, y, options);
    expect(learned.converged).toBe(true);
    expect(progress).toEqual(learned.history.map(({ step }) => step));
    const losses = learned.history.map(({ loss }) => loss);
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
    const lossAt = async (w: number, b: number, reg: number) => {
      const k = await gram(network({ w, b }), x, null, { get: 'nngp' });
      return -(await logMarginalLikelihood(k, y, { reg, regScale: 'absolute' })).value;
    };
    const { parameters, reg, loss } = learned;
    expect(await lossAt(parameters.w, parameters.b, reg)).toBeCloseTo(loss, 8);
    for (const factor of [0.97, 1.03]) {
      expect(await lossAt(factor * parameters.w, parameters.b, reg)).toBeGreaterThan(loss);
      expect(await lossAt(parameters.w, factor * parameters.b, reg)).toBeGreaterThan(loss);
      expect(await lossAt(parameters.w, parameters.b, factor * reg)).toBeGreaterThan(loss);
    }
    // The noise has a variance of 0.01.
    expect(reg).toBeGreaterThan(0.004);
    expect(reg).toBeLessThan(0.025);
    const k = await gram(learned.kernel, x, null, { get: 'nngp' });
    const { alpha } = await kernelRidge(k, y, { reg, regScale: 'absolute' });
    expect(alpha.rows).toBe(n);
  });

  it('lowers the loss on samples left out, of the NTK, in a slope of any sign', async () => {
    const slopes = ({ alpha }: { alpha: number }) =>
      serial(Dense(8, { bStd: 0.5 }), LeakyRelu(alpha), Dense(1)).kernel;
    const options = {
      get: 'ntk',
      objective: 'leaveOneOut',
      signed: ['alpha'],
      reg: 1e-2,
      learnReg: false,
    } as const;
    const { history, reg, parameters } = await learnHyperparameters(slopes, { alpha: 0 }, x, y, options);
    expect(history.at(-1)!.loss).toBeLessThan(history[0].loss);
    expect(reg).toBe(1e-2);
    expect(parameters.alpha).not.toBe(0);
  });

  it('stops at a signal, and says what it cannot learn', async () => {
    const stopped = learnHyperparameters(network, { w: 1, b: 1 }, x, y, {
      signal: AbortSignal.abort(new Error('enough')),
    });
    await expect(stopped).rejects.toThrow('enough');
    await expect(learnHyperparameters(network, { w: 1, b: 0 }, x, y)).rejects.toThrow(
      /b must be positive.*signed/,
    );
    await expect(learnHyperparameters(network, { w: 1, b: 1 }, x, y, { reg: 0 })).rejects.toThrow(
      /learnReg: false/,
    );
    await expect(learnHyperparameters(network, { w: 1, b: 1 }, x, y, { signed: ['c'] })).rejects.toThrow(
      /They are w, b/,
    );
    const few = { shape: [2, 1], data: Float64Array.of(1, 2) };
    await expect(learnHyperparameters(network, { w: 1, b: 1 }, x, few)).rejects.toThrow(
      /yTrain needs 30 rows/,
    );
    expect(toMatrix(y).rows).toBe(n);
  });
});
