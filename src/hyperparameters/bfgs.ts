/** A function's value and gradient at a point. */
export interface Slope {
  readonly value: number;
  readonly gradient: Float64Array;
}

/** Where a descent is. */
export interface DescentPoint extends Slope {
  readonly x: Float64Array;
}

/** The longest step along any axis; in logarithms, a factor of e². */
const LONGEST = 2;

/** Share of the decrease that the slope promises with which a step is content, and by which steps are shortened. */
const [CONTENT, SHORTER, ATTEMPTS] = [1e-4, 0.5, 30];

/**
 * Minimises a function of few variables by the method of Broyden, Fletcher, Goldfarb and Shanno.
 *
 * A value that is not finite stands for a point outside of the domain; steps become shorter until they end inside.
 *
 * @param f may take its time, which the minimisers of packages do not allow for.
 * @param onStep is called with every new point; it ends the descent by returning true.
 * @source J. Nocedal and S. Wright, Numerical Optimization (2006), algorithm 6.1.
 */
export async function minimise(
  f: (x: Float64Array) => Promise<Slope>,
  start: DescentPoint,
  steps: number,
  onStep: (point: DescentPoint, step: number) => boolean,
): Promise<void> {
  const n = start.x.length;
  let point = start;
  let inverse = unit(n, 1 / Math.max(1, largest(start.gradient)));
  for (let step = 1; step <= steps; step++) {
    const { gradient } = point;
    let direction = inverse.map((row) => -dot(row, gradient));
    // Rounding may leave a direction that does not descend.
    if (!(dot(direction, gradient) < 0)) {
      inverse = unit(n, 1 / Math.max(1, largest(gradient)));
      direction = inverse.map((row) => -dot(row, gradient));
    }
    const next = await lineSearch(f, point, direction);
    if (next === null) return;
    inverse = updated(inverse, difference(next.x, point.x), difference(next.gradient, gradient), step === 1);
    point = next;
    if (onStep(point, step)) return;
  }
}

/** The first of ever shorter steps along a direction that lowers the value enough; null: none does. */
async function lineSearch(
  f: (x: Float64Array) => Promise<Slope>,
  { x, value, gradient }: DescentPoint,
  direction: readonly number[],
): Promise<DescentPoint | null> {
  const slope = dot(direction, gradient);
  let length = Math.min(1, LONGEST / Math.max(largest(direction), Number.MIN_VALUE));
  for (let attempt = 0; attempt < ATTEMPTS; attempt++, length *= SHORTER) {
    const to = x.map((entry, i) => entry + length * direction[i]);
    const there = await f(to);
    if (there.value <= value + CONTENT * length * slope) return { x: to, ...there };
  }
  return null;
}

/** The inverse Hessian after a step `s` along which the gradient changed by `y`; unchanged where the function is not convex. */
function updated(
  inverse: readonly (readonly number[])[],
  s: readonly number[],
  y: readonly number[],
  first: boolean,
): number[][] {
  const sy = dot(s, y);
  if (!(sy > 1e-12 * Math.sqrt(dot(s, s) * dot(y, y)))) return inverse.map((row) => [...row]);
  // The first step knows nothing of the scale: now it is known.
  const h = first ? unit(s.length, sy / dot(y, y)) : inverse;
  const hy = h.map((row) => dot(row, y));
  const factor = (1 + dot(y, hy) / sy) / sy;
  return h.map((row, i) =>
    row.map((entry, j) => entry + factor * s[i] * s[j] - (hy[i] * s[j] + s[i] * hy[j]) / sy),
  );
}

const unit = (n: number, scale: number): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => (i === j ? scale : 0)));

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, entry, i) => sum + entry * b[i], 0);

const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number[] =>
  Array.from(a, (entry, i) => entry - b[i]);

/** The largest absolute entry. */
export const largest = (a: ArrayLike<number>): number => Math.max(0, ...Array.from(a, Math.abs));
