import { createHash } from 'node:crypto';
import { afterAll, expect, it } from 'vitest';
import type { Dtype } from '../../../../src/base/nd-array.js';
import { shareable } from '../../../../src/base/shared-memory.js';
import { enginePairs } from '../../../../src/executors/engine/index.js';
import type { PoolOptions, TaskPool } from '../../../../src/executors/engine/tasks/task-pool.js';
import { ThreadPool } from '../../../../src/executors/engine/threads/thread-pool.js';
import type { Rows } from '../../../../src/executors/pairs.js';
import { programOf, random, stax } from '../../../../src/index.js';

const threads = new ThreadPool();
afterAll(() => threads.release());

/** Does tasks one by one, each a copy, as another machine would. */
const elsewhere: TaskPool & { tasks: number } = {
  tasks: 0,
  async run(plans, tasks, { signal }, onResult) {
    let index = 0;
    for (const task of tasks) {
      this.tasks++;
      await threads.run(plans, [structuredClone(task)], { threads: 1, signal }, (result) =>
        onResult(result, index++),
      );
    }
  },
};

const shape = [16, 16, 1];
const conv = stax.serial(
  ...Array.from({ length: 3 }, () => [stax.Conv(1, [3, 3], { padding: 'SAME' }), stax.Relu()]).flat(),
  ...[stax.AvgPool([2, 2], { strides: [2, 2] }), stax.Conv(1, [3, 3], { padding: 'SAME' }), stax.Relu()],
  ...[stax.Flatten(), stax.Dense(1)],
);
const dense = stax.serial(stax.Dense(1), stax.Relu(), stax.Dense(1), stax.Relu(), stax.Dense(1));

function rows(dtype: Dtype, seed: number, count: number, size: number): Rows {
  return { data: shareable(dtype, random.normal(random.key(seed), [count, size]).data), count };
}

/** A digest of all numbers of results. */
function bits(results: readonly object[]): string {
  const hash = createHash('sha256');
  for (const value of results.flatMap(Object.values)) {
    hash.update(
      ArrayBuffer.isView(value) ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : `${value}`,
    );
  }
  return hash.digest('hex');
}

const pattern = (length: number) => Float64Array.from({ length }, (_, i) => Math.sin(i));

for (const [name, { kernel }, sampleShape, n1, n2, leastTasks] of [
  ['a convolutional network', conv, shape, 48, 130, 6],
  ['a fully connected one', dense, [20], 60, 400, 5],
] as const) {
  const program = programOf(kernel, [...sampleShape]);
  const size = program.rowSize;
  for (const dtype of ['float64', 'float32'] as const) {
    it(`sums in the same segments here and elsewhere, of ${name} in ${dtype}`, async () => {
      const [x1, x2] = [rows(dtype, 1, n1, size), rows(dtype, 2, n2, size)];
      const classes = 2;
      const data = { classes, alpha: pattern(n1 * classes), labels: pattern(n2 * classes), scale: 0.5 };
      const all = async (pool: PoolOptions) => {
        const run = { dtype, threads: 2, ...pool };
        const cotangent = {
          nngp: shareable(dtype, pattern(n1 * n2)),
          ntk: shareable(dtype, pattern(n1 * n2)),
        };
        const self = { nngp: null, ntk: shareable(dtype, pattern(n1 * n1)) };
        const sides = { x1: true, x2: true };
        const ridge = { ...run, ...data, field: 'ntk', same: false, gradient: true } as const;
        return [
          await enginePairs.gram(program, x1, x2, { ...run, fields: ['nngp', 'ntk'] }),
          await enginePairs.gram(program, x1, null, { ...run, fields: ['ntk'] }),
          await enginePairs.vjp(program, x1, x2, cotangent, { ...run, sides, same: false }),
          await enginePairs.vjp(program, x1, null, self, { ...run, sides, same: true }),
          await enginePairs.ridge(program, x1, x2, ridge),
        ];
      };
      elsewhere.tasks = 0;
      const [here, there] = [await all({}), await all({ pool: elsewhere })];
      expect(elsewhere.tasks).toBeGreaterThanOrEqual(leastTasks);
      expect(bits(there)).toEqual(bits(here));
    });
  }
}
