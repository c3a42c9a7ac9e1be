import { withFactor } from './cholesky.js';

const MAX_ITERATIONS = 5;

/**
 * An estimate of the 1-norm condition number ‖A‖₁ ‖A⁻¹‖₁ of a symmetric matrix `[n, n]` from its Cholesky factor.
 *
 * A lower bound, rarely below a third of the truth.
 *
 * @param oneNorm ‖A‖₁, the largest sum of absolute values of a column
 * @source Hager, "Condition estimates" (SIAM J. Sci. Stat. Comput. 1984); Higham, "Accuracy and Stability of Numerical
 *   Algorithms", algorithm 15.1
 * @remarks At most 10 solves, O(n²) each.
 */
export function conditionEstimate(factor: Float64Array, n: number, oneNorm: number): number {
  return withFactor(factor, n, 1, (solve) => oneNorm * inverseNorm(n, solve));
}

/** Estimate of ‖A⁻¹‖₁ by solves with A. */
function inverseNorm(n: number, solve: (b: Float64Array) => Float64Array): number {
  let x = new Float64Array(n).fill(1 / n);
  let norm = 0;
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const y = solve(x);
    const previous = norm;
    norm = y.reduce((sum, value) => sum + Math.abs(value), 0);
    if (norm <= previous) return previous;
    const z = solve(y.map((value) => (value < 0 ? -1 : 1)));
    let steepest = 0;
    let along = 0;
    for (let i = 0; i < n; i++) {
      if (Math.abs(z[i]) > Math.abs(z[steepest])) steepest = i;
      along += z[i] * x[i];
    }
    if (Math.abs(z[steepest]) <= along) break;
    x = new Float64Array(n);
    x[steepest] = 1;
  }
  return norm;
}
