import { tolerance } from '../support/tolerance.js';
import type { Estimate } from './empirical.js';

/** Standard errors between an estimate and the analytic kernel, at most. */
export function distance({ mean, standardError }: Estimate, analytic: ArrayLike<number>): number {
  // Entries on which every draw agrees, as Sign's squares, have rounding errors alone.
  const errors = standardError.map((error, i) =>
    Math.max(error, tolerance.f32.rounding * Math.abs(analytic[i])),
  );
  return Math.max(...mean.map((value, i) => Math.abs(value - analytic[i]) / errors[i]));
}

/** Largest standard error, relative to the largest entry: how much the comparison can see. */
export function resolution({ mean, standardError }: Estimate): number {
  return Math.max(...standardError) / Math.max(...mean.map(Math.abs));
}
