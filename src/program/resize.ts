/** How resizing weighs the positions around a new one; names in a line mean the same. */
export type ResizeMethod =
  | 'nearest'
  | 'linear'
  | 'bilinear'
  | 'trilinear'
  | 'triangle'
  | 'cubic'
  | 'bicubic'
  | 'tricubic'
  | 'lanczos3'
  | 'lanczos5';

type Filter = (distance: number) => number;

const triangle: Filter = (x) => Math.max(0, 1 - x);

/** Keys's cubic convolution with a = −½. */
const cubic: Filter = (x) => {
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
};

const lanczos =
  (radius: number): Filter =>
  (x) => {
    if (x > radius) return 0;
    // Below 1e-3 the quotient of sines is 1 to six digits, and 0/0 at 0: jax's bound, whose weights these are.
    if (x <= 1e-3) return 1;
    return (radius * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / radius)) / (Math.PI * x) ** 2;
  };

/** The weight at a distance, in positions; null: all on the nearest position. */
const filters: { readonly [name in ResizeMethod]: Filter | null } = {
  nearest: null,
  linear: triangle,
  bilinear: triangle,
  trilinear: triangle,
  triangle,
  cubic,
  bicubic: cubic,
  tricubic: cubic,
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
};

/** The names of all methods. */
export const resizeMethods = Object.keys(filters) as ResizeMethod[];

/** The position of `from` that each of `to` new ones takes by the method `nearest`. */
export function nearestPositions(from: number, to: number): number[] {
  return Array.from({ length: to }, (_, j) => Math.floor(((j + 0.5) * from) / to));
}

/**
 * The weights `[to, from]` that resize an axis.
 *
 * Row j weighs position i by f(|t − i|/w), normalised to sum 1, where t = (j + ½)·from/to − ½ is where the new position lies;
 * with `antialias` an axis that shrinks has w = from/to, otherwise w = 1.
 *
 * @source jax.image.resize, whose weights these are.
 */
export function resizeMatrix(method: ResizeMethod, from: number, to: number, antialias: boolean): number[][] {
  const filter = filters[method];
  if (filter === null) {
    return nearestPositions(from, to).map((at) => Array.from({ length: from }, (_, i) => Number(i === at)));
  }
  const w = antialias ? Math.max(from / to, 1) : 1;
  return Array.from({ length: to }, (_, j) => {
    const t = ((j + 0.5) * from) / to - 0.5;
    const weights = Array.from({ length: from }, (__, i) => filter(Math.abs(t - i) / w));
    const total = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / total);
  });
}
