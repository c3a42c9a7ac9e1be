import { foldIn, type Key, randint, uniform } from '../random/index.js';
import { absoluteDistances, leastOf, squaredDistances } from './distances.js';

/** How rows are clustered: distances, and the centre of a cluster. */
export interface Clustering {
  /** Distances `[m, n]` that centres make small in sum. */
  distances(rows: Float64Array, centres: Float64Array, width: number): Float64Array;
  /** The centre of these rows. */
  centre(rows: Float64Array, width: number, members: readonly number[]): Float64Array;
}

/** Squared distances and means. */
export const kMeans: Clustering = {
  distances: squaredDistances,
  centre(rows, width, members) {
    const mean = new Float64Array(width);
    for (const row of members) for (let d = 0; d < width; d++) mean[d] += rows[row * width + d];
    return mean.map((sum) => sum / members.length);
  },
};

/** Absolute differences and medians, entry by entry. */
export const kMedians: Clustering = {
  distances: absoluteDistances,
  centre(rows, width, members) {
    const column = new Float64Array(members.length);
    const half = members.length / 2;
    return Float64Array.from({ length: width }, (_, d) => {
      members.forEach((row, i) => {
        column[i] = rows[row * width + d];
      });
      column.sort();
      return (column[Math.ceil(half) - 1] + column[Math.floor(half)]) / 2;
    });
  },
};

/** Rounds before a clustering is taken as it is. */
const ROUNDS = 300;

/**
 * The centres `[k, width]` of rows, by Lloyd's rounds until no row changes its cluster, from seeds that are drawn far from each
 * other (k-means++).
 */
export function centresOf(
  rows: Float64Array,
  width: number,
  k: number,
  key: Key,
  by: Clustering,
): Float64Array {
  const count = rows.length / width;
  const centres = seeds(rows, width, k, key, by);
  let nearest = new Int32Array(count).fill(-1);
  for (let round = 0; round < ROUNDS; round++) {
    const distances = by.distances(rows, centres, width);
    const next = Int32Array.from({ length: count }, (_, i) => leastOf(distances, i * k, k));
    takeForEmpty(next, distances, k);
    if (next.every((cluster, i) => cluster === nearest[i])) break;
    nearest = next;
    const members: number[][] = Array.from({ length: k }, () => []);
    for (let row = 0; row < count; row++) members[nearest[row]].push(row);
    members.forEach((own, cluster) => {
      centres.set(by.centre(rows, width, own), cluster * width);
    });
  }
  return centres;
}

/** Gives clusters without a row the row that is farthest from its centre, of a cluster with several. */
function takeForEmpty(nearest: Int32Array, distances: Float64Array, k: number): void {
  const sizes = new Int32Array(k);
  for (const cluster of nearest) sizes[cluster] += 1;
  for (let empty = 0; empty < k; empty++) {
    if (sizes[empty] > 0) continue;
    let farthest = -1;
    nearest.forEach((cluster, row) => {
      if (sizes[cluster] < 2) return;
      const before = farthest < 0 ? -1 : distances[farthest * k + nearest[farthest]];
      if (distances[row * k + cluster] > before) farthest = row;
    });
    sizes[nearest[farthest]] -= 1;
    sizes[empty] = 1;
    nearest[farthest] = empty;
  }
}

/** k rows: the first at random, each next one with a chance in proportion to its distance from those drawn. */
function seeds(rows: Float64Array, width: number, k: number, key: Key, by: Clustering): Float64Array {
  const count = rows.length / width;
  const rowAt = (row: number) => rows.slice(row * width, (row + 1) * width);
  const centres = new Float64Array(k * width);
  centres.set(rowAt(randint(foldIn(key, 0), [1], 0, count).data[0]));
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  for (let next = 1; next < k; next++) {
    const last = by.distances(rows, centres.slice((next - 1) * width, next * width), width);
    let total = 0;
    for (let i = 0; i < count; i++) {
      nearest[i] = Math.min(nearest[i], last[i]);
      total += nearest[i];
    }
    let rest = uniform(foldIn(key, next), [1], { dtype: 'float64' }).data[0] * total;
    let row = 0;
    while (row < count - 1 && rest >= nearest[row]) rest -= nearest[row++];
    centres.set(rowAt(row), next * width);
  }
  return centres;
}
