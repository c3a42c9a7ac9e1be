import { sizeOf } from '../../base/nd-array.js';
import type { Shape } from '../../tracing/tree.js';

/** Covariance R between two positions whose coordinates differ by Σ_axis |i − j|^p. */
export type DecayFunction = (distance: number) => number;

/**
 * Covariances of positional embeddings between all positions of an image, in row-major order: `decay` of
 * Σ_axis |i − j|^p, or, without it, 1 on the diagonal and 0 elsewhere.
 *
 * @throws RangeError when `decay` gives anything but finite numbers.
 */
export function positionCovariance(image: Shape, p: number, decay: DecayFunction | undefined): number[][] {
  const positions = Array.from({ length: sizeOf(image) }, (_, index) => coordinates(index, image));
  return positions.map((a) =>
    positions.map((b) => {
      const distance = a.reduce((sum, entry, axis) => sum + Math.abs(entry - b[axis]) ** p, 0);
      if (decay === undefined) return Number(a.every((entry, axis) => entry === b[axis]));
      const covariance = decay(distance);
      if (typeof covariance === 'number' && Number.isFinite(covariance)) return covariance;
      throw new RangeError(
        `GlobalSelfAttention: posEmbDecayFn must give finite numbers, got ${covariance} at ${distance}.`,
      );
    }),
  );
}

/**
 * The lower triangular L with L·Lᵀ = R.
 *
 * @throws RangeError when R is not positive definite.
 */
export function choleskyFactor(covariance: readonly (readonly number[])[]): number[][] {
  const factor: number[][] = [];
  for (const [i, row] of covariance.entries()) {
    const entries: number[] = [];
    for (let j = 0; j <= i; j++) {
      const against = j === i ? entries : factor[j];
      const rest = row[j] - entries.reduce((sum, entry, k) => sum + entry * (against[k] ?? 0), 0);
      if (j < i) entries.push(rest / factor[j][j]);
      else if (rest > 0) entries.push(Math.sqrt(rest));
      else {
        throw new RangeError(
          'GlobalSelfAttention: posEmbDecayFn must give a positive definite covariance of positions, got a pivot of ' +
            `${rest} at position ${i}. Pass e.g. (distance) => Math.exp(-distance).`,
        );
      }
    }
    factor.push([...entries, ...Array<number>(covariance.length - i - 1).fill(0)]);
  }
  return factor;
}

function coordinates(index: number, image: Shape): number[] {
  const place: number[] = [];
  let rest = index;
  for (const size of [...image].reverse()) {
    place.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return place;
}
