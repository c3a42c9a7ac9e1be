import { type AnyArray, readArray } from '../base/any-array.js';
import { ShapeError } from '../base/errors.js';
import { byDefault, readOptions, rule } from '../base/options.js';

/** Options of {@link intrinsicDimension}. */
export interface IntrinsicDimensionOptions {
  /** Share of the points, those with the largest ratios, that the fit leaves out; default 0.1. */
  readonly discard?: number;
}

const intrinsicDimensionOptions = {
  discard: byDefault(
    0.1,
    rule<number>('needs a share from 0 to below 1', (share) => share >= 0 && share < 1),
  ),
};

/**
 * The intrinsic dimension of a set of points, by their two nearest neighbours.
 *
 * For each point μ is the distance of its second neighbour over that of its first. Where the density is about constant over that
 * range, μ has the distribution 1 − μ^−d. The slope of −log(1 − F) against log μ, through the origin, is d.
 *
 * @param points `[n, …]`, at least 3 of them that differ; points that occur twice count once
 * @throws ShapeError when there are fewer points.
 * @throws RangeError when `discard` is not in [0, 1).
 * @remarks n²·size/2 operations.
 * @source Facco, d'Errico, Rodriguez, Laio, "Estimating the intrinsic dimension of datasets by a minimal neighborhood
 *   information" (2017)
 * @example
 * ```ts
 * import { intrinsicDimension, random } from 'neural-tangents';
 *
 * // Points of a plane in three dimensions.
 * const { data } = random.uniform(random.key(0), [2000], { dtype: 'float64' });
 * const points = Float64Array.from({ length: 3000 }, (_, i) => data[2 * Math.floor(i / 3) + (i % 3 === 2 ? 1 : 0)]);
 * console.log(Math.round(intrinsicDimension({ shape: [1000, 3], data: points }))); // 2
 * ```
 */
export function intrinsicDimension(points: AnyArray, options: IntrinsicDimensionOptions = {}): number {
  const { discard } = readOptions('intrinsicDimension', options, intrinsicDimensionOptions);
  const { shape, data } = readArray('intrinsicDimension', 'points', points);
  const ratios = neighbourRatios(data, shape[0]).sort();
  if (ratios.length < 3) {
    throw new ShapeError(
      `intrinsicDimension: needs at least 3 points that differ, got ${ratios.length}. Pass e.g. images [n, h, w, c].`,
    );
  }
  const used = Math.max(2, Math.floor(ratios.length * (1 - discard)));
  let [product, square] = [0, 0];
  for (let i = 0; i < used; i++) {
    const x = Math.log(ratios[i]);
    // F(μ_i) = i/n with i from 1; the last point, where it is 1, has no logarithm.
    const f = Math.min((i + 1) / ratios.length, 1 - 1 / (2 * ratios.length));
    product += x * -Math.log(1 - f);
    square += x * x;
  }
  return product / square;
}

/** Second over first distance to a neighbour, of each point that differs from all before it. */
function neighbourRatios(data: ArrayLike<number>, n: number): Float64Array {
  const size = data.length / n;
  const points = differing(data, n, size);
  const first = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  const second = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  const meet = (i: number, distance: number) => {
    if (distance < first[i]) {
      second[i] = first[i];
      first[i] = distance;
    } else if (distance < second[i]) second[i] = distance;
  };
  points.forEach((i, at) => {
    for (const j of points.slice(at + 1)) {
      let distance = 0;
      for (let e = 0; e < size; e++) distance += (data[i * size + e] - data[j * size + e]) ** 2;
      meet(i, distance);
      meet(j, distance);
    }
  });
  return Float64Array.from(points, (i) => Math.sqrt(second[i] / first[i])).filter(Number.isFinite);
}

/** The points that equal none before them. */
function differing(data: ArrayLike<number>, n: number, size: number): number[] {
  const points: number[] = [];
  const equal = (i: number, j: number): boolean => {
    for (let e = 0; e < size; e++) if (data[i * size + e] !== data[j * size + e]) return false;
    return true;
  };
  for (let i = 0; i < n; i++) if (!points.some((j) => equal(i, j))) points.push(i);
  return points;
}
