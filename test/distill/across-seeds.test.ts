import { describe, expect, it } from 'vitest';
import { acrossSeeds } from '../../src/distill/index.js';

describe('acrossSeeds', () => {
  it('gives mean and deviation, run after run', async () => {
    const running: number[] = [];
    const spread = await acrossSeeds([3, 5, 10], async (seed) => {
      running.push(seed);
      await Promise.resolve();
      return seed;
    });
    expect(running).toEqual([3, 5, 10]);
    expect(spread).toEqual({ values: [3, 5, 10], mean: 6, deviation: Math.sqrt(13) });
    expect((await acrossSeeds(2, async (seed) => seed)).values).toEqual([0, 1]);
    expect((await acrossSeeds(1, async () => 4)).deviation).toBeNaN();
  });

  it('refuses no seeds, and passes errors on', async () => {
    await expect(acrossSeeds(0, async () => 1)).rejects.toThrow('acrossSeeds: seeds needs at least one');
    await expect(acrossSeeds(1, () => Promise.reject(new Error('stopped')))).rejects.toThrow('stopped');
  });
});
