import type { Rows } from '../../pairs.js';
import type { PlanRunner } from './plan-runner.js';
import { spreadProduct } from './products.js';
import type { Side } from './types.js';

/** Copies samples into memory; with a matrix product also their squared norms. */
export function loadSide({ memory, plans }: PlanRunner, { data, count }: Rows): Side {
  const { product } = plans.pair;
  const x = memory.load(data);
  const norms = memory.reserve(product ? count * memory.number : 0);
  if (product) memory.kernels.selfProducts(x, count, product.channels, norms, memory.work);
  return { x, norms, count };
}

/** Puts samples from i on side by side into the `sample` plan. */
function loadSamples(runner: PlanRunner, { x, norms }: Side, i: number, live: number): void {
  const { memory, plans } = runner;
  const { sampleSize, product, x2 } = plans.sample;
  if (product) {
    if (product.k) spreadProduct(runner, norms + i * memory.number, live, product);
  } else {
    memory.kernels.pack(x + i * sampleSize * memory.number, sampleSize, live, sampleSize, plans.lanes, x2);
  }
}

/** Puts samples from j on and their factors side by side where both plans read them. */
export function loadGroup(runner: PlanRunner, columns: Side, j: number, live: number): void {
  loadSamples(runner, columns, j, live);
  runner.run(runner.plans.sample.forward);
}

/** Computes the factors of all samples of a side, `[count, factorSize]`. */
export function factorsOf(runner: PlanRunner, side: Side): number {
  const { memory, plans } = runner;
  const { factorSize, factors2 } = plans.sample;
  const factors = memory.zeros(side.count * factorSize);
  for (let i = 0; factorSize > 0 && i < side.count; i += plans.lanes) {
    const live = Math.min(plans.lanes, side.count - i);
    loadGroup(runner, side, i, live);
    const to = factors + i * factorSize * memory.number;
    memory.kernels.unpackAdd(factors2, plans.lanes, factorSize, live, factorSize, to);
  }
  return factors;
}

/** Puts one of x1's samples and its factors into the `pair` plan. */
export function loadRow({ memory, plans }: PlanRunner, rows: Side, factors: number, i: number): void {
  const { sampleSize, factorSize, product, factors1, x1 } = plans.pair;
  const { number } = memory;
  memory.copy(factors + i * factorSize * number, factors1, factorSize * number);
  if (!product) memory.copy(rows.x + i * sampleSize * number, x1, sampleSize * number);
}

/** Marks the lanes of the group from j on that pair sample i with itself. */
export function markSame({ memory, plans }: PlanRunner, i: number, j: number, diagonal = Number.NaN): void {
  if (!plans.pair.same) return;
  const at = plans.pair.same / memory.number;
  for (let w = 0; w < plans.lanes; w++) memory.view[at + w] = Number(j + w + diagonal === i);
}
