import { zeros } from '../../../base/dtype.js';
import type { PairOptions, Rows } from '../../pairs.js';
import { slice } from '../../slice.js';
import type { Plans } from '../planning/plan-types.js';
import { matrixProduct } from '../products/matrix-product.js';
import { nativeProducts, strips } from '../products/native-products.js';
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

/** What a task knows of its block's samples: themselves, or their products. */
export type BlockSamples = Pick<GramTask, 'x1' | 'x2' | 'products'>;

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
  const run = (cells: readonly Cell[], samplesOf: (cell: Cell) => BlockSamples) => {
    const tasks = function* (): Iterable<T> {
      for (const cell of cells) yield taskOf(cell, samplesOf(cell));
    };
    return runTasks(plans, tasks(), options, (result, index) => {
      onResult(result, cells[index]);
      progress(cells[index]);
    });
  };
  const native = plans.pair.product && matrixProduct();
  if (!native) return run(grid, ([rows, columns]) => ({ x1: slice(x1, rows), x2: slice(x2, columns) }));
  const productsOf = nativeProducts(native, options.dtype, pairs);
  for (const cells of strips(grid)) {
    options.signal?.throwIfAborted();
    const blockOf = await productsOf(
      [cells[0][0][0], cells[cells.length - 1][0][1]],
      [Math.min(...cells.map(([, columns]) => columns[0])), x2.count],
    );
    await run(cells, ([rows, columns]) => ({
      x1: { data: zeros(options.dtype, 0), count: rows[1] - rows[0] },
      x2: { data: zeros(options.dtype, 0), count: columns[1] - columns[0] },
      products: blockOf(rows, columns),
    }));
  }
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
