import { zeros } from '../../../base/dtype.js';
import type { FloatArray } from '../../../base/nd-array.js';
import { addAt, blockOf, putBlock } from '../../matrix-blocks.js';
import { Sums } from '../../ridge-by-pairs.js';
import { slice } from '../../slice.js';
import { spans } from '../../spans.js';
import type { Plans } from '../planning/plan-types.js';
import { type BlockSize, type Cell, gridOf } from './blocks.js';
import type { GramTask, ProductTask, RidgeTask, Task, TaskResults, VjpTask } from './tasks.js';

/** A task's parts, and what their results come to. */
export interface Division<T extends Task> {
  readonly parts: readonly T[];
  /** Takes in the parts' results, in their order. */
  add(result: TaskResults[T['kind']]): void;
  /** The task's own result, once all of its parts were added. */
  readonly result: TaskResults[T['kind']];
}

/** Cuts a task into its blocks. */
export function divide<T extends Task>(plans: Plans, task: T): Division<T>;
export function divide(plans: Plans, task: Task): Division<Task> {
  const { block } = task;
  if (!block) return whole(task);
  switch (task.kind) {
    case 'gram':
      return gram(plans, task, block) as Division<Task>;
    case 'vjp':
      return vjp(plans, task, block) as Division<Task>;
    case 'product':
      return product(plans, task, block) as Division<Task>;
    case 'ridge':
      return ridge(task, block) as Division<Task>;
  }
}

function whole(task: Task): Division<Task> {
  let own: TaskResults[Task['kind']];
  return {
    parts: [task],
    add: (result) => {
      own = result;
    },
    get result() {
      return own;
    },
  };
}

function gram(plans: Plans, task: GramTask, block: BlockSize): Division<GramTask> {
  const { x1, x2, fields, diagonal } = task;
  const cells = gridOf(x1.count, x2.count, block, diagonal !== undefined, diagonal);
  const place = (field: 'nngp' | 'ntk') =>
    fields.includes(field) ? zeros(plans.dtype, x1.count * x2.count) : null;
  const result = { nngp: place('nngp'), ntk: place('ntk') };
  let next = 0;
  return {
    parts: cells.map((cell) => ({ ...task, ...samplesOf(task, cell), block: undefined })),
    add: (part) => {
      for (const field of fields) putBlock(result[field]!, x2.count, ...cells[next], part[field]!);
      next++;
    },
    result,
  };
}

function vjp(plans: Plans, task: VjpTask, block: BlockSize): Division<VjpTask> {
  const { x1, x2, cotangent, diagonal, triangle = false } = task;
  const cells = gridOf(x1.count, x2.count, block, triangle, diagonal);
  const { product, inputSize, gradient, constantSize } = plans.pair;
  // With a matrix product a block brings one number a sample: what its own norm's cotangent is.
  const size = product ? 1 : inputSize;
  const result = {
    x1: gradient.x1 ? new Float64Array(x1.count * size) : null,
    x2: gradient.x2 ? new Float64Array(x2.count * size) : null,
    products: product ? zeros(plans.dtype, x1.count * x2.count) : null,
    constants: new Float64Array(constantSize),
  };
  const part = (matrix: FloatArray | null, cell: Cell) => matrix && blockOf(matrix, x2.count, ...cell);
  let next = 0;
  return {
    parts: cells.map((cell) => ({
      ...task,
      ...samplesOf(task, cell),
      cotangent: { nngp: part(cotangent.nngp, cell), ntk: part(cotangent.ntk, cell) },
      block: undefined,
    })),
    add: (gradients) => {
      const [rows, columns] = cells[next++];
      if (result.x1) addAt(result.x1, rows[0] * size, gradients.x1!);
      if (result.x2) addAt(result.x2, columns[0] * size, gradients.x2!);
      if (result.products) putBlock(result.products, x2.count, rows, columns, gradients.products!);
      addAt(result.constants, 0, gradients.constants);
    },
    result,
  };
}

function product(plans: Plans, task: ProductTask, block: BlockSize): Division<ProductTask> {
  const { a, y, scales } = task;
  const parts = spans(y.count, block.rows);
  const result = { y: zeros(plans.dtype, y.count * plans.pair.inputSize) };
  let at = 0;
  return {
    parts: parts.map((rows) => ({
      ...task,
      a: slice({ data: a, count: y.count }, rows).data,
      y: slice(y, rows),
      scales: scales.slice(...rows),
      block: undefined,
    })),
    add: (part) => {
      result.y.set(part.y, at);
      at += part.y.length;
    },
    result,
  };
}

function ridge(task: RidgeTask, block: BlockSize): Division<RidgeTask> {
  const { x2, labels, classes, diagonal } = task;
  let sums: Sums | null = null;
  return {
    parts: spans(x2.count, block.columns).map((span) => ({
      ...task,
      x2: slice(x2, span),
      labels: labels.slice(span[0] * classes, span[1] * classes),
      diagonal: diagonal === undefined ? undefined : diagonal + span[0],
      block: undefined,
    })),
    add: (part) => {
      sums ??= new Sums(part.kG.length, part.x1?.length ?? null);
      sums.add(part);
    },
    get result() {
      return sums!;
    },
  };
}

/** A block's samples. */
function samplesOf(
  { x1, x2, diagonal }: GramTask | VjpTask,
  [rows, columns]: Cell,
): Pick<GramTask, 'x1' | 'x2' | 'diagonal'> {
  return {
    x1: slice(x1, rows),
    x2: slice(x2, columns),
    diagonal: diagonal === undefined ? undefined : diagonal + columns[0] - rows[0],
  };
}
