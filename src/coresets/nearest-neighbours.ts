import { type AnyArray, readArray, readMatrix } from '../base/any-array.js';
import { ShapeError } from '../base/errors.js';
import { sizeOf } from '../base/nd-array.js';
import { anything, byDefault, readOptions } from '../base/options.js';
import { squaredDistances } from './distances.js';

/** Options of `nearestNeighbours`. */
export interface NearestNeighboursOptions {
  /** How many are asked; default 1. */
  readonly k?: number;
}

/** At most n, which the support says. */
const nearestNeighboursOptions = { k: byDefault(1, anything<number>()) };

/** Queries whose distances are in memory at a time. */
const BLOCK = 1024;

/**
 * The k-nearest-neighbours classifier: for each query the class with the most, of equally many the nearest, among the k samples
 * closest to it.
 *
 * @param support images `[n, …]` (or features of such) and labels `[n, C]`, of which the largest is the class: a `Support`.
 * @param queries `[m, …]`.
 * @returns classes `[m]`.
 * @throws RangeError when k is no whole number from 1 to n. @throws ShapeError, NonFiniteError for arrays that do not fit.
 * @remarks m·n distances through matrix products, in blocks.
 *
 * @example
 * ```ts
 * import { nearestNeighbours, oneHotCentred } from 'neural-tangents';
 * const support = { images: { shape: [3, 1], data: Float64Array.of(0, 1, 9) }, labels: oneHotCentred([0, 0, 1], 2) };
 * console.log(nearestNeighbours(support, { shape: [2, 1], data: Float64Array.of(2, 7) })); // Int32Array(2) [ 0, 1 ]
 * ```
 */
export function nearestNeighbours(
  support: { readonly images: AnyArray; readonly labels: AnyArray },
  queries: AnyArray,
  options: NearestNeighboursOptions = {},
): Int32Array {
  const where = 'nearestNeighbours';
  const { k } = readOptions(where, options, nearestNeighboursOptions);
  const [images, asked] = [
    readArray(where, 'support.images', support.images),
    readArray(where, 'queries', queries),
  ];
  const labels = readMatrix(where, 'support.labels', support.labels);
  const [n, m] = [images.shape[0], asked.shape[0]];
  const width = sizeOf(images.shape.slice(1));
  if (labels.rows !== n) {
    throw new ShapeError(
      `${where}: support.labels must have a row for each of ${n} images, got ${labels.rows}.`,
    );
  }
  if (sizeOf(asked.shape.slice(1)) !== width) {
    throw new ShapeError(
      `${where}: queries must be shaped as the support's images, [${images.shape.slice(1)}], got [${asked.shape.slice(1)}].`,
    );
  }
  if (!Number.isInteger(k) || k < 1 || k > n) {
    throw new RangeError(`${where}: k must be a whole number from 1 to ${n}, got ${k}.`);
  }
  const classOf = Array.from({ length: n }, (_, i) => labels.maxRowIndex(i)[1]);
  const rows = Float64Array.from(images.data);
  const result = new Int32Array(m);
  for (let from = 0; from < m; from += BLOCK) {
    const to = Math.min(m, from + BLOCK);
    const block = Float64Array.from(asked.data.subarray(from * width, to * width));
    const distances = squaredDistances(block, rows, width);
    for (let i = from; i < to; i++) {
      const own = distances.subarray((i - from) * n, (i - from + 1) * n);
      result[i] = vote(own, classOf, k);
    }
  }
  return result;
}

/** The class with the most votes of the k nearest; of several, that of the nearest. */
function vote(distances: Float64Array, classOf: readonly number[], k: number): number {
  const order = Array.from(distances.keys())
    .sort((a, b) => distances[a] - distances[b] || a - b)
    .slice(0, k);
  const votes = new Map<number, number>();
  for (const sample of order) votes.set(classOf[sample], (votes.get(classOf[sample]) ?? 0) + 1);
  // A map keeps the order of its keys: the nearest one's class comes first.
  return [...votes].reduce((best, own) => (own[1] > best[1] ? own : best))[0];
}
