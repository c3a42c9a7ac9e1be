import { bytesOf } from '../../../base/dtype.js';
import { type Span, spans } from '../../spans.js';
import { lanesOfGroup } from '../planning/compile.js';
import type { Plans } from '../planning/plan-types.js';

/** A block of pairs. */
export type Cell = readonly [rows: Span, columns: Span];

/** How many rows of each side a block takes. */
export interface BlockSize {
  readonly rows: number;
  readonly columns: number;
}

/** Pixels of a pair that a thread does in one block, about 20 ms. */
const WORK_PER_TASK = 8e6;

/** The work of a pair in pixels; of the matrix product, 64 channels are worth one. */
export const pairCost = ({ pair }: Plans): number => pair.work + (pair.product?.channels ?? 0) / 64;

/** Tasks that a job of few pairs is cut into, at most: each computes the variances of its own samples. */
const FEW_TASKS = 8;

/** Pixels that make a task worth its way to a thread, about 1 ms. */
const LEAST_WORK = 4e5;

/** Bytes of samples, factors and gradients that a task may bring along. */
const BYTES_PER_TASK = 24 * 2 ** 20;

/**
 * The block size for n1 × n2 pairs. It depends on the plans and the sizes alone, never on the number of
 * threads, because sums over blocks (gradients) are made in the blocks' order.
 *
 * @param allRows every block has all n1 rows.
 */
export function blockSize(plans: Plans, n1: number, n2: number, allRows = false): BlockSize {
  const { pair } = plans;
  // Of a narrow group as of a whole one: blocks are the same on every machine.
  const lanes = Math.max(plans.lanes, lanesOfGroup(plans.dtype));
  // Samples of a matrix product are packed anew by every block, and have no gradients there.
  const [blocks, copies] = pair.product ? [8, 1] : [16, 2];
  const pairs = Math.max(lanes, Math.min(WORK_PER_TASK / pairCost(plans), (n1 * n2) / blocks));
  const perSample = (copies * pair.sampleSize + pair.factorSize + pair.varianceSize) * bytesOf(plans.dtype);
  const samples = Math.max(2 * lanes, BYTES_PER_TASK / perSample);
  // Pairs that take long are for all threads, however few they are.
  const groups = Math.ceil(n2 / lanes);
  const shared = Math.ceil((n1 * groups) / FEW_TASKS);
  const worthwhile = Math.ceil(LEAST_WORK / (lanes * pairCost(plans)));
  const most = Math.min(n1, Math.round(Math.sqrt(pairs)), Math.floor(samples / 2));
  const few = Math.max(1, Math.min(most, Math.max(shared, worthwhile)));
  const rows = allRows ? n1 : even(n1, few);
  const columns = Math.min(pairs / rows, samples - rows, n2);
  return { rows, columns: even(groups, Math.max(1, Math.round(columns / lanes))) * lanes };
}

/** The size, at most `size`, that cuts n into as many blocks; where these are few, into equal ones, as the last would be small. */
function even(n: number, size: number): number {
  const blocks = Math.ceil(n / size);
  return blocks > 8 ? size : Math.ceil(n / blocks);
}

/**
 * Cuts n1 × n2 pairs into blocks in row order; of a triangle, those with some column on or right of the diagonal.
 *
 * @param diagonal the row of x1 that is row 0 of x2.
 */
export function gridOf(n1: number, n2: number, size: BlockSize, triangle: boolean, diagonal = 0): Cell[] {
  const columns = spans(n2, size.columns);
  return spans(n1, size.rows).flatMap((rows) =>
    columns.filter(([, end]) => !triangle || end + diagonal > rows[0]).map((span) => [rows, span] as const),
  );
}
