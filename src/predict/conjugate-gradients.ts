/** A linear map of `[n, columns]`. */
export type LinearMap = (x: Float64Array) => Promise<Float64Array>;

/** How {@link conjugateGradients} goes on and stops. */
export interface ConjugateGradientsOptions {
  /** About the inverse of A, symmetric and positive; null: none. */
  readonly precondition: LinearMap | null;
  /** Residual ‖b − A x‖/‖b‖ of each column at which to stop. */
  readonly tolerance: number;
  readonly maxIterations: number;
  /** Called after each iteration; may throw. */
  readonly onIteration: (done: number) => void;
}

/**
 * Solves A X = B for B `[n, columns]` and a symmetric positive A that is known by its products alone, all columns side by side.
 */
export async function conjugateGradients(
  times: LinearMap,
  b: Float64Array,
  columns: number,
  { precondition, tolerance, maxIterations, onIteration }: ConjugateGradientsOptions,
): Promise<{ readonly x: Float64Array; readonly iterations: number; readonly converged: boolean }> {
  const x = new Float64Array(b.length);
  const r = b.slice();
  const sizes = products(b, b, columns).map(Math.sqrt);
  let z = precondition ? await precondition(r) : r;
  let p = z.slice();
  let rz = products(r, z, columns);
  const done = (): boolean =>
    products(r, r, columns).every((square, o) => Math.sqrt(square) <= tolerance * sizes[o]);
  let iterations = 0;
  while (!done() && iterations < maxIterations) {
    const ap = await times(p);
    const curvature = products(p, ap, columns);
    // A column that is solved already, or whose direction is rounding error, stays as it is.
    const steps = curvature.map((value, o) => (value > 0 ? rz[o] / value : 0));
    for (let at = 0; at < x.length; at++) {
      const step = steps[at % columns];
      x[at] += step * p[at];
      r[at] -= step * ap[at];
    }
    z = precondition ? await precondition(r) : r;
    const next = products(r, z, columns);
    const own = p;
    p = z.map((value, at) => {
      const o = at % columns;
      return value + (rz[o] > 0 ? (next[o] / rz[o]) * own[at] : 0);
    });
    rz = next;
    onIteration(++iterations);
  }
  return { x, iterations, converged: done() };
}

/** ‖b − fitted‖/‖b‖ over all entries; 0 where b is 0. */
export function relativeResidual(b: Float64Array, fitted: Float64Array): number {
  let [size, error] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    size += b[i] ** 2;
    error += (b[i] - fitted[i]) ** 2;
  }
  return size === 0 ? 0 : Math.sqrt(error / size);
}

/** Column by column, Σ a·b. */
function products(a: Float64Array, b: Float64Array, columns: number): number[] {
  const sums = new Array<number>(columns).fill(0);
  for (let at = 0; at < a.length; at++) sums[at % columns] += a[at] * b[at];
  return sums;
}
