import { bytesOf } from '../../../base/dtype.js';
import { instantiate } from '../../../wasm/module.js';
import { slice } from '../../slice.js';
import { spans } from '../../spans.js';
import type { Plans } from '../planning/plan-types.js';
import type { RunOptions } from '../tasks/task-pool.js';
import type { ProductTask } from '../tasks/tasks.js';
import { runTasks } from '../threads/thread-pool.js';
import { PRODUCT_PART } from '../tiles/products.js';
import type { ProductGradient } from '../tiles/types.js';

// Networks of one position know their samples through the products X1·X2ᵀ alone. Their gradient is made in two steps: the
// products' cotangents block by block, then one matrix product a side, cut by that side's samples. So no block brings gradients
// of all its samples to be added up, and the numbers depend neither on blocks nor on threads.

/** Bytes of gradient that a task may bring. */
const BYTES_PER_TASK = 24 * 2 ** 20;

/** Tasks that a side is cut into where it has as many times `LEAST_ROWS`, and memory wants no more. */
const TASKS = 8;

/** Samples that make a task worth the packing of the other side. */
const LEAST_ROWS = 64;

/** Blocks of a task that another machine does. */
const BLOCKS = 4;

/** Samples of a block. */
function productRows(plans: Plans, count: number): number {
  const most = BYTES_PER_TASK / (plans.pair.inputSize * bytesOf(plans.dtype));
  return Math.max(1, Math.min(Math.max(LEAST_ROWS, Math.ceil(count / TASKS)), Math.floor(most), count));
}

/** Bytes of WebAssembly memory that the largest task takes. */
export function productBytes(plans: Plans, n1: number, n2: number): number {
  const size = plans.pair.inputSize;
  const [rows, part] = [productRows(plans, Math.max(n1, n2)), Math.min(Math.max(n1, n2), PRODUCT_PART)];
  const numbers = rows * (size + part + 1) + Math.max(rows, part) * size;
  return plans.pair.end + numbers * bytesOf(plans.dtype) + instantiate().gemmWorkBytes();
}

/** A·X + diag(s)·Y, `[y.count, inputSize]`: see `ProductGradient`. */
export async function productGradient(
  plans: Plans,
  { a, x, y, scales }: ProductGradient,
  options: RunOptions,
): Promise<Float64Array> {
  const size = plans.pair.inputSize;
  const out = new Float64Array(y.count * size);
  const rowsOfBlock = productRows(plans, y.count);
  const parts = spans(y.count, options.pool ? rowsOfBlock * BLOCKS : rowsOfBlock);
  const block = options.pool && { rows: rowsOfBlock, columns: x.count };
  const tasks = function* (): Iterable<ProductTask> {
    for (const rows of parts) {
      const cotangents = slice({ data: a, count: y.count }, rows).data;
      yield { kind: 'product', a: cotangents, x, y: slice(y, rows), scales: scales.slice(...rows), block };
    }
  };
  await runTasks(plans, tasks(), options, (result, index) => {
    out.set(result.y, parts[index][0] * size);
  });
  return out;
}
