import type { FloatArray } from '../../../base/nd-array.js';
import type { Plan } from '../planning/plan-types.js';
import type { PlanRunner } from './plan-runner.js';
import type { ProductGradient, Side } from './types.js';

// Networks of one position know their samples through the matrix product X1·X2ᵀ, which is made here, outside the plan.

/** Samples that `productGradient` holds at a time; a multiple of the terms that a product sums in one go. */
export const PRODUCT_PART = 512;

/** X1·X2ᵀ of a block's rows; 0 where the plans have no such product. */
export function multiplySides({ memory, plans }: PlanRunner, rows: Side, columns: Side): number {
  const { product } = plans.pair;
  if (!product) return 0;
  const { channels } = product;
  const [n1, n2] = [rows.count, columns.count];
  const k = memory.zeros(n1 * n2);
  memory.kernels.gemm(n1, n2, channels, rows.x, channels, 1, columns.x, 1, channels, k, n2, 0, memory.work);
  return k;
}

/** Puts `live` sums over channels, as means, into a plan's lanes; the idle lanes repeat the last. */
export function spreadProduct(
  { memory, plans }: PlanRunner,
  from: number,
  live: number,
  { k, channels }: NonNullable<Plan['product']>,
): void {
  const [source, target] = [from / memory.number, k / memory.number];
  const mean = memory.inverse(channels);
  for (let w = 0; w < plans.lanes; w++) {
    memory.view[target + w] = memory.view[source + Math.min(w, live - 1)] * mean;
  }
}

/** Takes the cotangents of a group's entries of X1·X2ᵀ out of the `pair` plan. */
export function saveProduct({ memory, plans }: PlanRunner, to: number, live: number): void {
  const { gK, channels } = plans.pair.product!;
  const mean = memory.inverse(channels);
  for (let w = 0; w < live; w++) {
    memory.view[to / memory.number + w] = memory.view[gK / memory.number + w] * mean;
  }
}

/** gX1 += Ḡ·X2 and gX2 += Ḡᵀ·X1, each where it is wanted. */
export function multiplyBack(
  { memory, plans }: PlanRunner,
  rows: Side,
  columns: Side,
  g: number,
  gRows: number,
  gColumns: number,
): void {
  const { gradient, product } = plans.pair;
  const { channels } = product!;
  const { gemm } = memory.kernels;
  const [n1, n2] = [rows.count, columns.count];
  if (gradient.x1) gemm(n1, channels, n2, g, n2, 1, columns.x, channels, 1, gRows, channels, 0, memory.work);
  if (gradient.x2) gemm(n2, channels, n1, g, 1, n2, rows.x, channels, 1, gColumns, channels, 0, memory.work);
}

/**
 * A·X + diag(s)·Y: the gradient of Y's samples, with A `[n, m]` the cotangents of their products with the samples X and s
 * those of their own norms, doubled. X comes into memory part by part; entries have the same bits whatever n is.
 */
export function productGradient(
  { memory, plans }: PlanRunner,
  { a, x, y, scales }: ProductGradient,
): FloatArray {
  const { gemm, addScaledRows } = memory.kernels;
  const { number } = memory;
  const size = plans.pair.inputSize;
  const out = memory.zeros(y.count * size);
  const factors = memory.load(scales);
  const most = Math.min(x.count, PRODUCT_PART);
  const part = memory.reserve(Math.max(y.count, most) * size * number);
  const cotangents = memory.reserve(y.count * most * number);
  for (let from = 0; from < x.count; from += PRODUCT_PART) {
    const count = Math.min(PRODUCT_PART, x.count - from);
    memory.view.set(x.data.subarray(from * size, (from + count) * size), part / number);
    for (let i = 0; i < y.count; i++) {
      const row = a.subarray(i * x.count + from, i * x.count + from + count);
      memory.view.set(row, cotangents / number + i * count);
    }
    gemm(y.count, size, count, cotangents, count, 1, part, size, 1, out, size, 0, memory.work);
  }
  memory.view.set(y.data, part / number);
  addScaledRows(y.count, size, factors, part, out);
  return memory.take(out, y.count * size);
}
