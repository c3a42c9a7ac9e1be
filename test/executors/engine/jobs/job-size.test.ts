import { describe, expect, test } from 'vitest';
import { jobSize, taskBytes } from '../../../../src/executors/engine/jobs/job-size.js';
import { compile } from '../../../../src/executors/engine/planning/compile.js';
import { runTask } from '../../../../src/executors/engine/tasks/tasks.js';
import { TileRunner } from '../../../../src/executors/engine/tiles/tile.js';
import { programOf, stax } from '../../../../src/index.js';

const net = stax.serial(
  stax.Conv(1, [3, 3], { padding: 'SAME' }),
  stax.Relu(),
  stax.Flatten(),
  stax.Dense(1),
);
const dense = stax.serial(stax.Dense(8), stax.Relu(), stax.Dense(1));
const pooled = stax.serial(stax.Conv(1, [3, 3]), stax.Relu(), stax.GlobalAvgPool(), stax.Dense(1));
const shape = [6, 6, 3];
const page = 65536;

describe('jobSize', () => {
  test('counts tasks and pixels', () => {
    const plans = compile(programOf(net.kernel, shape), { dtype: 'float64', ntk: true });
    expect([plans.lanes, plans.pair.work, plans.sample.work]).toEqual([8, 73, 72]);
    // Blocks of 6×8: 3×5 tasks; 13 rows × 5 groups; each task does the samples of its rows and of its columns.
    expect(jobSize(plans, 'gram', 13, 40)).toMatchObject({ tasks: 15, work: 8 * (65 * 73 + 30 * 72) });
    // Blocks of 3×8 in a triangle: rows 0–7 need both groups of 8 columns, rows 8–12 the second only.
    expect(jobSize(plans, 'gram', 13, null)).toMatchObject({ tasks: 8, work: 8 * (21 * 73 + 16 * 72) });
    // Blocks that touch the triangle are done whole.
    expect(jobSize(plans, 'vjp', 13, null)).toMatchObject({ tasks: 8, work: 8 * (22 * 73 + 16 * 72) });
    // All 13 rows in one block.
    expect(jobSize(plans, 'ridge', 13, 40)).toMatchObject({ tasks: 5, work: 8 * (65 * 73 + 15 * 72) });
  });

  test('needs no more memory for more samples', () => {
    const gradient = { x1: true, x2: true };
    const plans = compile(programOf(net.kernel, shape), { dtype: 'float64', ntk: true, gradient });
    for (const kind of ['gram', 'vjp'] as const) {
      const [some, many] = [10_000, 100_000].map((n) => jobSize(plans, kind, n, n).workerBytes);
      expect(many).toBe(some);
    }
  });

  test('knows the memory that a task takes', () => {
    const rows = (count: number, size: number) => ({
      data: new Float32Array(count * size).map((_, i) => Math.sin(i)),
      count,
    });
    for (const [kernel, sampleShape] of [
      [net.kernel, shape],
      [pooled.kernel, shape],
      [dense.kernel, [500]],
    ] as const) {
      const size = sampleShape.reduce((a, b) => a * b, 1);
      const [x1, x2] = [rows(60, size), rows(300, size)];
      for (const some of [false, true]) {
        const gradient = { x1: some, x2: some };
        const plans = compile(programOf(kernel, sampleShape), { dtype: 'float32', ntk: true, gradient });
        const runner = new TileRunner();
        if (some) {
          const cotangent = { nngp: null, ntk: new Float32Array(60 * 300).fill(1) };
          runTask(runner, plans, { kind: 'vjp', x1, x2, cotangent });
        } else runTask(runner, plans, { kind: 'gram', x1, x2, fields: ['nngp', 'ntk'] });
        const expected = Math.ceil(taskBytes(plans, { rows: 60, columns: 300 }) / page);
        // Each array starts at a multiple of 16 bytes, and growth is by whole pages.
        expect(Math.abs(runner.bytes / page - expected)).toBeLessThanOrEqual(1);
      }
    }
  });
});
