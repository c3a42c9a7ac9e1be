import { sharedZeros, zeros } from '../../../base/dtype.js';
import type { Dtype, FloatArray } from '../../../base/nd-array.js';
import type { Program } from '../../../program/program.js';
import { isSymmetric } from '../lowering/activations.js';
import { compile } from '../planning/compile.js';
import type { Plans } from '../planning/plan-types.js';
import { matrixProduct } from '../products/matrix-product.js';
import { nativeGradient, nativeProducts, strips } from '../products/native-products.js';
import { productGradient } from '../products/product-gradients.js';
import { type BlockSize, blockSize, type Span, spans } from '../tasks/blocks.js';
import { slice } from '../tasks/slice.js';
import type { RunOptions } from '../tasks/task-pool.js';
import type { GramTask, TaskResults, VjpTask } from '../tasks/tasks.js';
import { runTasks } from '../threads/thread-pool.js';
import type { Rows } from '../tiles/tile.js';

/** How the engine runs a computation. */
export interface EngineOptions extends RunOptions {
  readonly dtype: Dtype;
  /** Called with the pairs done and the pairs in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Covariances of all pairs, `[n1, n2]`. */
export interface Covariances {
  readonly nngp: Float64Array;
  readonly ntk: Float64Array | null;
}

/**
 * Covariances of all pairs, `[n1, n2]`; x2 null: of x1 with itself, one triangle computed and mirrored.
 *
 * The lanes run along the longer side: K(x1, x2) = K(x2, x1)ᵀ.
 *
 * @param block overrides the size of the tasks' blocks; results are the same bits for every size.
 */
export async function engineGram(
  program: Program,
  x1: Rows,
  x2: Rows | null,
  { ntk, block, ...options }: EngineOptions & { readonly ntk: boolean; readonly block?: BlockSize },
): Promise<Covariances> {
  if (x2 && x1.count > x2.count && isSymmetric(program)) {
    const turned = await engineGram(program, x2, x1, { ntk, block, ...options });
    const turn = (field: Float64Array) => transpose(field, x2.count, x1.count);
    return { nngp: turn(turned.nngp), ntk: turned.ntk && turn(turned.ntk) };
  }
  const plans = compile(program, { dtype: options.dtype, ntk });
  const right = x2 ?? x1;
  const [n1, n2] = [x1.count, right.count];
  const size = block ?? blockSize(plans, n1, n2);
  const grid = gridOf(n1, n2, size, x2 === null);
  const out: Covariances = {
    nngp: new Float64Array(n1 * n2),
    ntk: ntk ? new Float64Array(n1 * n2) : null,
  };
  const taskOf = ([rows, columns]: Cell, samples: BlockSamples): GramTask => {
    const diagonal = x2 === null ? columns[0] - rows[0] : undefined;
    return { kind: 'gram', ...samples, diagonal };
  };
  await runGrid(plans, grid, x1, right, options, taskOf, (result, [rows, columns]) => {
    for (const field of ['nngp', 'ntk'] as const) {
      const [from, to] = [result[field], out[field]];
      if (!from || !to) continue;
      if (x2 !== null) {
        putBlock(to, n2, rows, columns, from);
        continue;
      }
      // Left of the diagonal a block's entries may be 0.
      const width = columns[1] - columns[0];
      for (let i = rows[0]; i < rows[1]; i++) {
        const first = Math.max(columns[0], i);
        const at = (i - rows[0]) * width - columns[0];
        to.set(from.subarray(at + first, at + columns[1]), i * n2 + first);
      }
      mirror(to, n2, rows, columns);
    }
  });
  return out;
}

/**
 * Gradients of Σ nngp̄∘nngp + Σ ntk̄∘ntk in x1 and x2 (f64 sums of the blocks' parts); x2 null: in x1 through both
 * arguments, from one triangle. The very same rows as x2 are the same samples, too.
 */
export async function engineVjp(
  program: Program,
  x1: Rows,
  x2: Rows | null,
  cotangent: { readonly nngp: FloatArray | null; readonly ntk: FloatArray | null },
  { sides, ...options }: EngineOptions & { readonly sides: { readonly x1: boolean; readonly x2: boolean } },
): Promise<{ x1: Float64Array | null; x2: Float64Array | null }> {
  if (x2 && x1.count > x2.count && isSymmetric(program)) {
    const turn = (field: FloatArray | null) => field && transpose(field, x1.count, x2.count);
    const turned = { nngp: turn(cotangent.nngp), ntk: turn(cotangent.ntk) };
    const turnedSides = { x1: sides.x2, x2: sides.x1 };
    const gradients = await engineVjp(program, x2, x1, turned, { sides: turnedSides, ...options });
    return { x1: gradients.x2, x2: gradients.x1 };
  }
  const self = x2 === null;
  const right = x2 ?? x1;
  const [n1, n2] = [x1.count, right.count];
  const gradient = self ? { x1: true, x2: true } : sides;
  const plans = compile(program, { dtype: options.dtype, ntk: cotangent.ntk !== null, gradient });
  const grid = gridOf(n1, n2, blockSize(plans, n1, n2), self);
  const { product, inputSize } = plans.pair;
  // With a matrix product a block brings one number a sample: what its own norm's cotangent is.
  const size = product ? 1 : inputSize;
  const g1 = gradient.x1 ? new Float64Array(n1 * size) : null;
  const g2 = self ? g1 : gradient.x2 ? new Float64Array(n2 * size) : null;
  const products = product && sharedZeros(options.dtype, n1 * n2);
  const taskOf = ([rows, columns]: Cell, samples: BlockSamples): VjpTask => {
    const part = (field: FloatArray | null) =>
      field && cotangentBlock(field, n2, rows, columns, self, options.dtype);
    return {
      kind: 'vjp',
      ...samples,
      cotangent: { nngp: part(cotangent.nngp), ntk: part(cotangent.ntk) },
      diagonal: right === x1 ? columns[0] - rows[0] : undefined,
    };
  };
  await runGrid(plans, grid, x1, right, options, taskOf, (result, [rows, columns]) => {
    if (result.x1 && g1) addAt(g1, rows[0] * size, result.x1);
    if (result.x2 && g2) addAt(g2, columns[0] * size, result.x2);
    if (result.products && products) putBlock(products, n2, rows, columns, result.products);
  });
  if (!products) return { x1: g1, x2: self ? null : g2 };
  if (self) addTranspose(products, n1);
  const native = matrixProduct();
  const gradientOf = (transposed: boolean, x: Rows, y: Rows, numbers: Float64Array) => {
    const scales = zeros(options.dtype, numbers.length);
    scales.set(numbers);
    if (native) return nativeGradient(native, { a: products, x, y, scales }, transposed);
    const a = transposed ? transpose(products, n1, n2) : products;
    return productGradient(plans, { a, x, y, scales }, options);
  };
  const [first, second] = await Promise.all([
    g1 && gradientOf(false, right, x1, g1),
    self || !g2 ? null : gradientOf(true, x1, right, g2),
  ]);
  return { x1: first, x2: second };
}

type Cell = readonly [rows: Span, columns: Span];

/** What a task knows of its block's samples: themselves, or their products. */
type BlockSamples = Pick<GramTask, 'x1' | 'x2' | 'products'>;

/** Runs a task for every cell of the grid and hands over the results in the cells' order. */
async function runGrid<T extends GramTask | VjpTask>(
  plans: Plans,
  grid: readonly Cell[],
  x1: Rows,
  x2: Rows,
  options: EngineOptions,
  taskOf: (cell: Cell, samples: BlockSamples) => T,
  onResult: (result: TaskResults[T['kind']], cell: Cell) => void,
): Promise<void> {
  const progress = progressOf(grid, options);
  let done = 0;
  const run = (cells: readonly Cell[], samplesOf: (cell: Cell) => BlockSamples) => {
    const tasks = function* (): Iterable<T> {
      for (const cell of cells) yield taskOf(cell, samplesOf(cell));
    };
    return runTasks(plans, tasks(), options, (result, index) => {
      onResult(result, cells[index]);
      progress(done++);
    });
  };
  const native = plans.pair.product && matrixProduct();
  if (!native) return run(grid, ([rows, columns]) => ({ x1: slice(x1, rows), x2: slice(x2, columns) }));
  const productsOf = nativeProducts(native, options.dtype, x1, x2);
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

/** Blocks in row order; of a triangle, those with some column ≥ row. */
function gridOf(n1: number, n2: number, size: BlockSize, triangle: boolean): Cell[] {
  const columns = spans(n2, size.columns);
  return spans(n1, size.rows).flatMap((rows) =>
    columns.filter((span) => !triangle || span[1] > rows[0]).map((span) => [rows, span] as const),
  );
}

function progressOf(grid: readonly Cell[], { onProgress }: EngineOptions): (index: number) => void {
  const pairs = ([rows, columns]: Cell) => (rows[1] - rows[0]) * (columns[1] - columns[0]);
  const total = grid.reduce((sum, cell) => sum + pairs(cell), 0);
  let done = 0;
  return (index) => {
    done += pairs(grid[index]);
    onProgress?.(done, total);
  };
}

/** A block of the cotangent; for x1 with itself, both triangles' cotangents on the upper one. */
function cotangentBlock(
  field: FloatArray,
  n2: number,
  rows: Span,
  columns: Span,
  self: boolean,
  dtype: Dtype,
): FloatArray {
  const block = zeros(dtype, (rows[1] - rows[0]) * (columns[1] - columns[0]));
  let at = 0;
  for (let i = rows[0]; i < rows[1]; i++) {
    for (let j = columns[0]; j < columns[1]; j++, at++) {
      if (!self || i === j) block[at] = field[i * n2 + j];
      else if (i < j) block[at] = field[i * n2 + j] + field[j * n2 + i];
    }
  }
  return block;
}

/** Copies a block's entries to their places among all, `[n1, n2]`. */
function putBlock(to: FloatArray, n2: number, rows: Span, columns: Span, block: FloatArray): void {
  const width = columns[1] - columns[0];
  for (let i = rows[0]; i < rows[1]; i++) {
    const at = (i - rows[0]) * width;
    to.set(block.subarray(at, at + width), i * n2 + columns[0]);
  }
}

/** Visits the entries of a matrix in squares: these and their mirror images stay in cache. */
function eachEntry(rows: Span, columns: Span, visit: (i: number, j: number) => void): void {
  const side = 32;
  for (let top = rows[0]; top < rows[1]; top += side) {
    for (let left = columns[0]; left < columns[1]; left += side) {
      const [bottom, right] = [Math.min(rows[1], top + side), Math.min(columns[1], left + side)];
      for (let i = top; i < bottom; i++) for (let j = left; j < right; j++) visit(i, j);
    }
  }
}

/** M + Mᵀ, in place. */
function addTranspose(matrix: FloatArray, n: number): void {
  eachEntry([0, n], [0, n], (i, j) => {
    if (j < i) return;
    const sum = matrix[i * n + j] + matrix[j * n + i];
    matrix[i * n + j] = sum;
    matrix[j * n + i] = sum;
  });
}

/** Copies a block's entries right of the diagonal to their places below it. */
function mirror(matrix: Float64Array, n: number, rows: Span, columns: Span): void {
  eachEntry(rows, columns, (i, j) => {
    if (j > i) matrix[j * n + i] = matrix[i * n + j];
  });
}

function transpose<Numbers extends FloatArray>(matrix: Numbers, rows: number, columns: number): Numbers {
  const out = matrix.slice() as Numbers;
  eachEntry([0, rows], [0, columns], (i, j) => {
    out[j * rows + i] = matrix[i * columns + j];
  });
  return out;
}

/** `to[at …]` += `from`. */
export function addAt(to: Float64Array, at: number, from: ArrayLike<number>): void {
  for (let i = 0; i < from.length; i++) to[at + i] += from[i];
}
