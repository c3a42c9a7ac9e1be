import type { Matrix } from 'ml-matrix';
import { type AnyArray, readMatrix } from '../base/any-array.js';
import { NotPositiveDefiniteError } from '../base/errors.js';
import { rowMajor, takeRowMajor } from '../base/matrix.js';
import type { Complete } from '../base/options.js';
import { signal } from '../base/work-options.js';
import { offThread } from '../linalg/off-thread.js';
import { checkFinite, checkRows, readSquare } from '../regression/check-matrix.js';
import { addRidge, type RidgeOptions, ridgeOptions } from '../regression/ridge.js';

/** Options of {@link logMarginalLikelihood} and {@link leaveOneOut}. */
export interface ObjectiveOptions extends Pick<RidgeOptions, 'reg' | 'regScale' | 'signal'> {}

const { reg, regScale } = ridgeOptions;

/** {@link ObjectiveOptions}. */
export const objectiveOptions = { reg, regScale, signal };

/** How well a kernel fits labels, and the gradient in the kernel and in the ridge. */
export interface Objective {
  readonly value: number;
  /** ∂value/∂K `[n, n]`, symmetric: what `gramVjp` and `hyperparameterVjp` take as a cotangent. */
  readonly kernelGradient: Matrix;
  /** ∂value/∂reg. */
  readonly regGradient: number;
}

/** What objectives are made of: A = K + ridge·I, factorised and inverted. */
export interface Fitted {
  readonly n: number;
  /** Columns of the labels. */
  readonly outputs: number;
  /** y `[n, outputs]`. */
  readonly y: Float64Array;
  /** α = A⁻¹y `[n, outputs]`. */
  readonly alpha: Float64Array;
  /** A⁻¹ `[n, n]`. */
  readonly inverse: Float64Array;
  readonly logDeterminant: number;
}

/**
 * Evaluates an objective of A = K + ridge·I and y.
 *
 * @param gradientOf the value, and a gradient in A, `[n, n]`, which is then made symmetric.
 * @throws ShapeError, NonFiniteError, RangeError as `kernelRidge` does.
 * @throws NotPositiveDefiniteError when A is singular in float64; there is no jitter, which would not have a gradient.
 */
export async function evaluateObjective(
  where: string,
  kTrainTrain: AnyArray,
  yTrain: AnyArray,
  options: Complete<typeof objectiveOptions>,
  gradientOf: (fitted: Fitted) => Promise<{ readonly value: number; readonly a: Float64Array }>,
): Promise<Objective> {
  const k = readMatrix(where, 'kTrainTrain', kTrainTrain);
  const labels = readMatrix(where, 'yTrain', yTrain);
  checkRows(where, 'yTrain', labels, k.rows);
  checkFinite(where, 'yTrain', labels);
  const { rows: n } = k;
  const a = readSquare(where, 'kTrainTrain', k);
  const mean = traceOf(a, n) / n;
  const ridge = addRidge(a, n, options);
  const factored = await offThread('cholesky', [a, n], options.signal);
  if (!factored.ok) {
    throw new NotPositiveDefiniteError(
      `${where}: kTrainTrain with its ridge of ${ridge} must be positive definite, its factorisation fails at row ` +
        `${factored.failedAt} of ${n}. Raise reg, e.g. tenfold.`,
    );
  }
  const { factor } = factored;
  const [y, outputs] = [rowMajor(labels), labels.columns];
  const unit = new Float64Array(n * n);
  for (let i = 0; i < n; i++) unit[i * n + i] = 1;
  const inverse = await offThread('choleskySolve', [factor, n, unit, n], options.signal);
  const alpha = await offThread('choleskySolve', [factor, n, y, outputs], options.signal);
  let logDeterminant = 0;
  for (let i = 0; i < n; i++) logDeterminant += 2 * Math.log(factor[i * n + i]);
  const { value, a: g } = await gradientOf({ n, outputs, y, alpha, inverse, logDeterminant });
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) g[i * n + j] = g[j * n + i] = (g[i * n + j] + g[j * n + i]) / 2;
  }
  // ridge = reg·mean(diag K) or reg.
  const trace = traceOf(g, n);
  const relative = options.regScale === 'trace';
  if (relative) for (let i = 0; i < n; i++) g[i * n + i] += (options.reg * trace) / n;
  return { value, kernelGradient: takeRowMajor(g, n, n), regGradient: relative ? trace * mean : trace };
}

function traceOf(a: Float64Array, n: number): number {
  let trace = 0;
  for (let i = 0; i < n; i++) trace += a[i * n + i];
  return trace;
}
