import type { Plans } from '../planning/plan-types.js';
import { type BlockSize, pairCost } from './blocks.js';

// A segment is a rectangle of blocks that are summed by themselves before their sum is added to the job's: what one machine does
// and sends back as one result. Floating-point sums depend on their grouping, so segments are a matter of arithmetic: threads
// of one process sum in the same groups as machines of a cluster, and both have the same bits.

/** Pixels of a segment at most: about 5 s of one thread, 15 s with gradients. */
const MOST_WORK = 2e9;

/** Pixels that make a segment worth its way to another machine, about 0.1 s. */
const LEAST_WORK = 4e7;

/** Segments that a job is cut into between these bounds. */
const SEGMENTS = 256;

/** Numbers that a segment's result has at most: 16 MiB of float64. */
const MOST_NUMBERS = 2 ** 21;

/**
 * The size of the segments of n1 × n2 pairs that are cut into blocks, a whole number of these. It depends on the plans and the
 * sizes alone.
 *
 * @param perPair how many numbers a pair brings to a segment's result, @param perSample how many a sample does.
 */
export function segmentSize(
  plans: Plans,
  [n1, n2]: readonly [number, number],
  block: BlockSize,
  { perPair, perSample }: { readonly perPair: number; readonly perSample: number },
): BlockSize {
  const cost = pairCost(plans);
  const work = Math.min(MOST_WORK, Math.max(LEAST_WORK, (n1 * n2 * cost) / SEGMENTS));
  const pairs = Math.min(work / cost, MOST_NUMBERS / Math.max(perPair, 1e-9));
  const samples = MOST_NUMBERS / Math.max(perSample, 1e-9);
  // Samples, and gradients, of both sides travel: least where the sides are alike.
  const rows = multiple(block.rows, Math.min(Math.sqrt(pairs), samples / 2), n1);
  const columns = multiple(block.columns, Math.min(pairs / rows, samples - rows), n2);
  return { rows, columns };
}

/** The multiple of `size` that is closest to `most` from below, at least one; all `n` where that is nearly all. */
function multiple(size: number, most: number, n: number): number {
  const count = Math.max(1, Math.floor(most / size));
  const all = Math.ceil(n / size);
  return Math.ceil(all / Math.max(1, Math.round(all / count))) * size;
}
