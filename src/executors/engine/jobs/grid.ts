import type { PairOptions, Rows } from '../../pairs.js';
import { slice } from '../../slice.js';
import type { Plans } from '../planning/plan-types.js';
import type { Cell } from '../tasks/blocks.js';
import type { PoolOptions } from '../tasks/task-pool.js';
import type { GramTask, TaskResults, VjpTask } from '../tasks/tasks.js';
import { runTasks } from '../threads/thread-pool.js';

/** How the engine runs a job. */
export type JobOptions = PairOptions & PoolOptions;

/** The samples of a job's pairs. */
export interface Pairs {
  readonly x1: Rows;
  readonly x2: Rows;
  /** Whether x2's samples are x1's, one by one: then those on the diagonal pair a sample with itself. */
  readonly same: boolean;
}

/** A block's samples. */
export type BlockSamples = Pick<GramTask, 'x1' | 'x2'>;

/** Runs a task for every cell of the grid and hands over the results in the cells' order. */
export async function runGrid<T extends GramTask | VjpTask>(
  plans: Plans,
  grid: readonly Cell[],
  pairs: Pairs,
  options: JobOptions,
  taskOf: (cell: Cell, samples: BlockSamples) => T,
  onResult: (result: TaskResults[T['kind']], cell: Cell) => void,
): Promise<void> {
  const { x1, x2 } = pairs;
  const progress = progressOf(grid, options);
  const tasks = function* (): Iterable<T> {
    for (const cell of grid) {
      const [rows, columns] = cell;
      yield taskOf(cell, { x1: slice(x1, rows), x2: slice(x2, columns) });
    }
  };
  await runTasks(plans, tasks(), options, (result, index) => {
    onResult(result, grid[index]);
    progress(grid[index]);
  });
}

function progressOf(grid: readonly Cell[], { onProgress }: JobOptions): (cell: Cell) => void {
  const pairs = ([rows, columns]: Cell) => (rows[1] - rows[0]) * (columns[1] - columns[0]);
  const total = grid.reduce((sum, cell) => sum + pairs(cell), 0);
  let done = 0;
  return (cell) => {
    done += pairs(cell);
    onProgress?.(done, total);
  };
}
