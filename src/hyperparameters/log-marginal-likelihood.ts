import type { AnyArray } from '../base/any-array.js';
import { readOptions } from '../base/options.js';
import { offThread } from '../linalg/off-thread.js';
import { evaluateObjective, type Objective, type ObjectiveOptions, objectiveOptions } from './objective.js';

/**
 * The log density of labels under a Gaussian process, log N(y; 0, A) with A = K + ridge·I, summed over the labels' columns, and its
 * gradient.
 *
 * log p(y) = −½ tr(yᵀA⁻¹y) − (C/2)·log det A − (nC/2)·log 2π, with gradient ½(ααᵀ − C·A⁻¹) in A, α = A⁻¹y.
 *
 * @param kTrainTrain Gram matrix K of the training samples, `[n, n]`
 * @param yTrain labels y, `[n, C]`
 * @throws ShapeError, NonFiniteError, RangeError as `kernelRidge` does.
 * @throws NotPositiveDefiniteError when A is singular in float64.
 * @remarks 7n³/3 operations, on a worker thread.
 * @source C. Rasmussen and C. Williams, Gaussian Processes for Machine Learning (2006), eqs. 5.8 and 5.9.
 * @example
 * ```ts
 * import { logMarginalLikelihood } from 'neural-tangents';
 * const k = { shape: [1, 1], data: Float64Array.of(1) };
 * const y = { shape: [1, 1], data: Float64Array.of(2) };
 * const { value, regGradient } = await logMarginalLikelihood(k, y, { reg: 1, regScale: 'absolute' });
 * // A normal number of variance 2 at 2: −½·4/2 − ½·log 2 − ½·log 2π.
 * console.log(value.toFixed(6), regGradient.toFixed(6)); // -2.265512 0.250000
 * ```
 */
export function logMarginalLikelihood(
  kTrainTrain: AnyArray,
  yTrain: AnyArray,
  options: ObjectiveOptions = {},
): Promise<Objective> {
  const where = 'logMarginalLikelihood';
  const read = readOptions(where, options, objectiveOptions);
  return evaluateObjective(where, kTrainTrain, yTrain, read, async (fitted) => {
    const { n, outputs, y, alpha, inverse, logDeterminant } = fitted;
    const fit = y.reduce((sum, label, i) => sum + label * alpha[i], 0);
    const value = -0.5 * (fit + outputs * (logDeterminant + n * Math.log(2 * Math.PI)));
    const outer = await offThread('gemm', [n, n, outputs, alpha, alpha, { transposeB: true }], read.signal);
    return { value, a: outer.map((entry, i) => 0.5 * (entry - outputs * inverse[i])) };
  });
}
