import { bytesOf } from '../../../base/dtype.js';
import type { Program } from '../../../program/program.js';
import { instantiate } from '../../../wasm/module.js';
import type { CostJob, JobCost } from '../../pairs.js';
import { spans } from '../../spans.js';
import { isSymmetric } from '../lowering/activations.js';
import { compile } from '../planning/compile.js';
import type { Plans } from '../planning/plan-types.js';
import { productBytes } from '../products/product-gradients.js';
import { type BlockSize, blockSize, pairCost } from '../tasks/blocks.js';
import { KEPT_BYTES } from '../tiles/tile.js';

type JobSize = Omit<JobCost, 'workPerPair'>;

/** What a job costs, counted from the plans that would run. */
export function engineCost(program: Program, { kind, dtype, ntk, n1, n2 }: CostJob): JobCost {
  // As `engineGram` and `engineVjp` do, the lanes along the longer side.
  const turn = kind !== 'ridge' && n2 !== null && n1 > n2 && isSymmetric(program);
  const [rows, columns] = turn ? [n2, n1] : [n1, kind === 'ridge' ? (n2 ?? n1) : n2];
  const gradient = kind === 'gram' ? undefined : { x1: true, x2: kind === 'vjp' };
  const plans = compile(program, { dtype, ntk, gradient, columns: columns ?? rows });
  return { ...jobSize(plans, kind, rows, columns), workPerPair: plans.pair.work };
}

/** Counts the work that `engineGram`, `engineVjp` or `engineRidge` does for n1 × n2 pairs; n2 null: of x1 with itself. */
export function jobSize(plans: Plans, kind: CostJob['kind'], n1: number, n2: number | null): JobSize {
  const { lanes, sample } = plans;
  const self = n2 === null;
  const right = n2 ?? n1;
  if (kind === 'ridge' && !visitsOnce(plans, n1, right)) {
    const [values, gradients] = [jobSize(plans, 'gram', n1, n2), jobSize(plans, 'vjp', n1, n2)];
    return {
      tasks: values.tasks,
      work: values.work + gradients.work,
      workerBytes: Math.max(values.workerBytes, gradients.workerBytes),
    };
  }
  const size = blockSize(plans, n1, right, kind === 'ridge');
  const columnBlocks = Math.ceil(right / size.columns);
  const groupsOfAll = Math.ceil(right / lanes);
  let [tasks, pairGroups, sampleGroups] = [0, 0, 0];
  for (const [start, end] of spans(n1, size.rows)) {
    const skipped = self ? Math.floor(start / size.columns) : 0;
    const blocks = columnBlocks - skipped;
    const groups = groupsOfAll - (skipped * size.columns) / lanes;
    tasks += blocks;
    sampleGroups += blocks * Math.ceil((end - start) / lanes) + groups;
    if (self && kind === 'gram') {
      for (let i = start; i < end; i++) pairGroups += groupsOfAll - Math.floor(i / lanes);
    } else pairGroups += (end - start) * groups;
  }
  return {
    tasks,
    work: lanes * (pairGroups * pairCost(plans) + sampleGroups * sample.work),
    workerBytes: Math.max(
      taskBytes(plans, { rows: Math.min(n1, size.rows), columns: Math.min(right, size.columns) }),
      kind === 'vjp' && plans.pair.product ? productBytes(plans, n1, right) : 0,
    ),
  };
}

/** Bytes that a block with all supports of a ridge regression may take in a worker. */
const VISIT_BYTES = 192 * 2 ** 20;

/** Whether `engineRidge` visits blocks once with all supports, as these and what layers need of them fit into memory. */
export function visitsOnce(plans: Plans, supports: number, targets: number): boolean {
  const { columns } = blockSize(plans, supports, targets, true);
  return taskBytes(plans, { rows: supports, columns: Math.min(columns, targets) }) <= VISIT_BYTES;
}

/** Bytes of WebAssembly memory that `TileRunner` reserves for a block. */
export function taskBytes(plans: Plans, { rows, columns }: BlockSize): number {
  const { pair, dtype } = plans;
  const { sampleSize, inputSize, factorSize, varianceSize, gradient } = pair;
  const product = pair.product !== null;
  const sides = [rows, columns];
  // Both sides' gradients of a matrix product end at the products: see product-gradients.ts.
  const perSample = product && gradient.x2 ? 1 : inputSize;
  const gradients = (gradient.x1 || gradient.x2) && {
    product: product ? rows * columns : 0,
    rows: gradient.x1 ? rows * (perSample + varianceSize) : 0,
    columns: gradient.x2 ? columns * perSample : 0,
  };
  const numbers =
    sides.reduce((sum, count) => sum + count * (sampleSize + (product ? 1 : 0)), 0) +
    rows * factorSize +
    (product ? rows * columns : 0) +
    (gradients ? gradients.product + gradients.rows + gradients.columns : 0);
  const kept = pair.values[1] - pair.values[0];
  const keptValues = gradients && kept > 0 ? Math.min(rows, Math.floor(KEPT_BYTES / kept)) * kept : 0;
  const work = product ? instantiate().gemmWorkBytes() : 0;
  return pair.end + numbers * bytesOf(dtype) + keptValues + work;
}
