/** Steps for float64: roundings and the fifth derivative's part are both below 1e-10 of a function of size 1. */
const STEP = 1e-4;

/** A line of points x + t·d through the entries of an array. */
export function along<T extends ArrayLike<number>>(
  x: { readonly shape: readonly number[]; readonly data: T },
  direction: ArrayLike<number>,
  t: number,
): { readonly shape: readonly number[]; readonly data: Float64Array } {
  return { shape: x.shape, data: Float64Array.from(x.data, (entry, i) => entry + t * direction[i]) };
}

/** The derivative of f at 0 by differences of four points, exact for polynomials of degree 4. */
export async function derivative(
  f: (t: number) => number | Promise<number>,
  step: number = STEP,
): Promise<number> {
  const spread = async (t: number) => (await f(t)) - (await f(-t));
  return (8 * (await spread(step)) - (await spread(2 * step))) / (12 * step);
}

/** Σ gradient·direction: the slope along a line by a gradient. */
export function slopeAlong(gradient: ArrayLike<number>, direction: ArrayLike<number>): number {
  return Array.from(gradient).reduce((sum, entry, i) => sum + entry * direction[i], 0);
}
