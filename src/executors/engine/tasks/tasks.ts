import { bytesOf, zeros } from '../../../base/dtype.js';
import type { FloatArray } from '../../../base/nd-array.js';
import type { PairCotangents, PairField, Rows } from '../../pairs.js';
import { RidgeBlock, type RidgeBlockSums, type RidgeData } from '../../ridge-block.js';
import type { Plans } from '../planning/plan-types.js';
import type { TileRunner } from '../tiles/tile.js';
import type { Gradients, GroupVisitor, ProductGradient } from '../tiles/types.js';
import type { BlockSize } from './blocks.js';

/** Covariances of one number per pair, `[n1, n2]`. */
export interface PairBlock {
  readonly nngp: FloatArray | null;
  readonly ntk: FloatArray | null;
}

/** What a pool may cut a task into: blocks of pairs, of targets or of samples, whose results it joins in their order. */
interface Divisible {
  readonly block?: BlockSize;
}

/** K(x1, x2). */
export interface GramTask extends Divisible {
  readonly kind: 'gram';
  readonly x1: Rows;
  readonly x2: Rows;
  readonly fields: readonly PairField[];
  /** Row j of x2 is row j + diagonal of x1, and entries left of that may stay 0; absent where they are different samples. */
  readonly diagonal?: number;
}

/**
 * Gradients of Σ nngp̄∘nngp + Σ ntk̄∘ntk in x1 and x2, as far as the plans have them; with a matrix product, of its
 * products.
 */
export interface VjpTask extends Divisible {
  readonly kind: 'vjp';
  readonly x1: Rows;
  readonly x2: Rows;
  readonly cotangent: PairCotangents;
  /** Row j of x2 is row j + diagonal of x1; absent where they are different samples. */
  readonly diagonal?: number;
  /** Whether cotangents left of the diagonal are 0. */
  readonly triangle?: boolean;
}

/** The rest of a `VjpTask`'s way: from the cotangents of products to those of samples. */
export interface ProductTask extends ProductGradient, Divisible {
  readonly kind: 'product';
}

/** A ridge regression's sums on a block of targets x2, from supports x1, and (if the plans have gradients) the gradient in x1. */
export interface RidgeTask extends RidgeData, Divisible {
  readonly kind: 'ridge';
  readonly x1: Rows;
  readonly x2: Rows;
  readonly field: PairField;
  /** As in `VjpTask`. */
  readonly diagonal?: number;
}

export type Task = GramTask | VjpTask | ProductTask | RidgeTask;

export interface RidgeResult extends RidgeBlockSums {
  readonly x1: FloatArray | null;
}

export interface TaskResults {
  gram: PairBlock;
  vjp: Gradients;
  product: { readonly y: FloatArray };
  ridge: RidgeResult;
}

/** Does a task; pure but for the runner's memory. */
export function runTask<T extends Task>(runner: TileRunner, plans: Plans, task: T): TaskResults[T['kind']];
export function runTask(runner: TileRunner, plans: Plans, task: Task): TaskResults[Task['kind']] {
  switch (task.kind) {
    case 'gram':
      return gram(runner, plans, task);
    case 'vjp':
      return vjp(runner, plans, task);
    case 'product':
      return { y: runner.productGradient(plans, task) };
    case 'ridge':
      return ridge(runner, plans, task);
  }
}

function gram(runner: TileRunner, plans: Plans, task: GramTask): PairBlock {
  const { x1, x2 } = task;
  const { block, read } = collector(plans, x1.count, x2.count, task.fields);
  runner.forward(plans, x1, x2, read, task, task.diagonal !== undefined);
  return block;
}

function vjp(runner: TileRunner, plans: Plans, task: VjpTask): Gradients {
  const { x1, x2, cotangent } = task;
  const write = sender(plans, x2.count, cotangent);
  return runner.forwardThenBackward(plans, x1, x2, () => {}, write, task, plans.pair.product !== null);
}

function ridge(runner: TileRunner, plans: Plans, task: RidgeTask): RidgeResult {
  const { x1, x2, field, diagonal } = task;
  const [n, count] = [x1.count, x2.count];
  const { block, read } = collector(plans, n, count, [field]);
  const regression = new RidgeBlock(task, n, count);
  const cotangent: FloatArray = zeros(plans.dtype, n * count);
  const k = (): FloatArray => block[field]!;
  let x1Gradient: FloatArray | null = null;
  if (plans.pair.gradient.x1) {
    let next = 0;
    const write = sender(plans, count, { nngp: null, ntk: null, [field]: cotangent });
    const writeGroup: GroupVisitor = (group, images, memory) => {
      const { j, live } = group;
      if (j === next) {
        next += live;
        regression.addResiduals(k(), j, j + live);
        regression.writeCotangent(cotangent, j, j + live);
      }
      write(group, images, memory);
    };
    x1Gradient = runner.forwardThenBackward(plans, x1, x2, read, writeGroup, { diagonal }).x1;
  } else {
    runner.forward(plans, x1, x2, read, { diagonal });
    regression.addResiduals(k(), 0, count);
  }
  return { ...regression.sums(k()), x1: x1Gradient };
}

/** A block of zeros for some fields, and a visitor that fills it. */
function collector(
  plans: Plans,
  n1: number,
  n2: number,
  fields: readonly PairField[],
): { block: PairBlock; read: GroupVisitor } {
  const bytes = bytesOf(plans.dtype);
  const place = (field: PairField) => (fields.includes(field) ? zeros(plans.dtype, n1 * n2) : null);
  const block = { nngp: place('nngp'), ntk: place('ntk') };
  const read: GroupVisitor = ({ i, j, live }, [{ k, theta }], memory) => {
    const at = i * n2 + j;
    block.nngp?.set(memory.subarray(k / bytes, k / bytes + live), at);
    if (block.ntk && theta) block.ntk.set(memory.subarray(theta / bytes, theta / bytes + live), at);
  };
  return { block, read };
}

/** A visitor that writes the cotangents of a group. */
function sender(plans: Plans, n2: number, cotangent: PairCotangents): GroupVisitor {
  const bytes = bytesOf(plans.dtype);
  return ({ i, j, live }, [{ k, theta }], memory) => {
    const at = i * n2 + j;
    if (cotangent.nngp) memory.set(cotangent.nngp.subarray(at, at + live), k / bytes);
    if (cotangent.ntk && theta) memory.set(cotangent.ntk.subarray(at, at + live), theta / bytes);
  };
}
