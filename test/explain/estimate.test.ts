import { describe, expect, test } from 'vitest';
import { estimate } from '../../src/explain/estimate.js';
import { stax } from '../../src/index.js';

const net = stax.serial(
  stax.Conv(1, [3, 3], { padding: 'SAME' }),
  stax.Relu(),
  stax.Flatten(),
  stax.Dense(1),
);
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
    const pixels = async (kernel: object) =>
      (await estimate(kernel, shape, 2, 2, { get: 'ntk', dtype: 'float32' })).pixelsPerPair;
    // Inputs, and the convolution with its nonlinearity, are 36 pixels each; Flatten's mean and the readout are one pixel.
    expect(await pixels(net.kernel)).toBe(36 + 36 + 1);
    // 4×4 positions against 4×4 ones, from the inputs' 6×6 at |d| ≤ 3 on either axis: Σ (6 − |d|) = 30; pool and readout.
    expect(await pixels(pooled.kernel)).toBe(30 ** 2 + 16 ** 2 + 1 + 1);
  });

  test('predicts times that are finite and grow with n', async () => {
    for (const gradient of ['none', 'x1', 'both'] as const) {
      let last = 0;
      for (const n of [1, 100, 1000, 10_000]) {
        const { seconds } = await estimate(net.kernel, shape, n, 50, { get: 'nngp', gradient, threads: 1 });
        expect(seconds).toBeGreaterThan(last);
        expect(seconds).toBeLessThan(Number.POSITIVE_INFINITY);
        last = seconds;
      }
    }
  });

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
