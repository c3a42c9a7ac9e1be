import { availableParallelism } from 'node:os';
import { Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { estimate } from '../../src/explain/estimate.js';
import type { NetworkKernel } from '../../src/index.js';
import { gram, gramVjp, ridgeVisit, stax } from '../../src/index.js';
import { generic } from '../support/compute.js';

const convNet = () =>
  stax.serial(stax.Conv(1, [3, 3], { padding: 'SAME' }), stax.Relu(), stax.Flatten(), stax.Dense(1));
const net = convNet();
const dense = stax.serial(stax.Dense(8), stax.Relu(), stax.Dense(1));
const pooled = stax.serial(stax.Conv(1, [3, 3]), stax.Relu(), stax.GlobalAvgPool(), stax.Dense(1));
const shape = [6, 6, 3];

describe('estimate', () => {
  test('counts the bytes of what comes back', async () => {
    const bytes = async (n2: number | null, options: Partial<Parameters<typeof estimate>[4]>) =>
      (await estimate(dense.kernel, [5], 10, n2, { get: 'ntk', threads: 1, ...options })).resultBytes;
    expect(await bytes(20, {})).toBe(8 * 10 * 20);
    expect(await bytes(null, { get: ['nngp', 'ntk'] })).toBe(2 * 8 * 10 * 10);
    expect(await bytes(20, { gradient: 'both' })).toBe(8 * 5 * (10 + 20));
    expect(await bytes(20, { gradient: 'x1' })).toBe(8 * 5 * 10);
  });

  test('counts the pixels of a pair: one displacement under Flatten, all under a global pool', async () => {
    const pixels = async (kernel: NetworkKernel) =>
      (await estimate(kernel, shape, 2, 2, { get: 'ntk', dtype: 'float32' })).pixelsPerPair;
    // Inputs, and the convolution with its nonlinearity, are 36 pixels each; Flatten's mean and the readout are one pixel.
    expect(await pixels(net.kernel)).toBe(36 + 36 + 1);
    // 4×4 positions against 4×4 ones, from the inputs' 6×6 at |d| ≤ 3 on either axis: Σ (6 − |d|) = 30; pool and readout.
    expect(await pixels(pooled.kernel)).toBe(30 ** 2 + 16 ** 2 + 1 + 1);
  });

  test('predicts times in proportion to the pairs, shared by threads', async () => {
    const seconds = async (n1: number, n2: number, threads = 1) =>
      (await estimate(net.kernel, shape, n1, n2, { get: 'nngp', threads })).seconds;
    const one = await seconds(1000, 1000);
    // Beside pairs, blocks have the variances of their samples.
    expect((await seconds(8000, 1000)) / one).toBeCloseTo(8, 1);
    expect((await seconds(8000, 8000)) / one).toBeCloseTo(64, 0);
    const cores = Math.min(2, availableParallelism());
    expect((await seconds(1000, 1000, 2)) / one).toBeCloseTo(1 / cores, 10);
  });

  test.each(['none', 'x1', 'both'] as const)(
    'predicts the time that a job takes, gradient %s',
    async (gradient) => {
      const options = { get: 'ntk', threads: 1 } as const;
      const ratios: number[] = [];
      // Other work on the machine slows down the one or the other, hence the median; each network is timed anew.
      for (let attempt = 0; attempt < 5; attempt++) {
        const { kernel } = convNet();
        const [x1, x2] = [generic([200, ...shape], 1), generic([160, ...shape], 2)];
        const { seconds } = await estimate(kernel, shape, 200, 160, { ...options, gradient });
        const start = performance.now();
        if (gradient === 'none') await gram(kernel, x1, x2, options);
        else if (gradient === 'both')
          await gramVjp(kernel, x1, x2, { ntk: Matrix.ones(200, 160) }, { threads: 1 });
        else {
          const [alpha, labels] = [Matrix.ones(200, 1), Matrix.ones(160, 1)];
          await ridgeVisit(kernel, x1, x2, alpha, labels, { ...options, gradient: true });
        }
        ratios.push(seconds / (1e-3 * (performance.now() - start)));
      }
      const median = ratios.sort((a, b) => a - b)[2];
      expect(median).toBeGreaterThan(1 / 2);
      expect(median).toBeLessThan(2);
    },
  );

  test('refuses wrong sizes and options', async () => {
    const call = (n1: number, options: object) =>
      estimate(net.kernel, shape, n1, null, { get: 'ntk', ...options });
    await expect(call(0, {})).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RangeError: estimate: n1 must be a whole number of at least 1, got 0.]`,
    );
    await expect(call(1, { gradient: 'x2' })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RangeError: estimate: gradient must be 'none', 'x1' or 'both', got 'x2'.]`,
    );
    await expect(call(1, { get: 'cov1' })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RangeError: estimate: get must be 'nngp' or 'ntk' (gram: or a list of these), got 'cov1'.]`,
    );
    await expect(call(1, { get: [] })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RangeError: estimate: get must name at least one field, e.g. 'ntk'.]`,
    );
    await expect(call(1, { dtype: 'float16' })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[RangeError: estimate: dtype must be 'float64' or 'float32', got 'float16'.]`,
    );
    const open = stax.Conv(1, [3, 3]);
    await expect(
      estimate(open.kernel, shape, 1, null, { get: 'ntk' }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: estimate: needs one number for each pair of samples, but the network leaves spatial axes [4,4]. End it with Flatten or GlobalAvgPool.]`,
    );
  });
});
