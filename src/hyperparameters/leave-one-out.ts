import type { AnyArray } from '../base/any-array.js';
import { readOptions } from '../base/options.js';
import { offThread } from '../linalg/off-thread.js';
import { evaluateObjective, type Objective, type ObjectiveOptions, objectiveOptions } from './objective.js';

/**
 * The loss of a kernel ridge regression on each training sample when it is fitted to the others, ½·mean of squares over samples and
 * labels' columns, in closed form, and its gradient.
 *
 * Sample i is missed by rᵢ = αᵢ/(A⁻¹)ᵢᵢ, with A = K + ridge·I and α = A⁻¹y: no regression is fitted more than once. The ridge is that
 * of all samples for each of them.
 *
 * @param kTrainTrain Gram matrix K of the training samples, `[n, n]`
 * @param yTrain labels y, `[n, C]`
 * @throws ShapeError, NonFiniteError, RangeError as `kernelRidge` does.
 * @throws NotPositiveDefiniteError when A is singular in float64.
 * @remarks 13n³/3 operations, on a worker thread.
 * @source C. Rasmussen and C. Williams, Gaussian Processes for Machine Learning (2006), eqs. 5.12 and 5.13.
 * @example
 * ```ts
 * import { leaveOneOut } from 'neural-tangents';
 * const k = { shape: [2, 2], data: Float64Array.of(1, 1, 1, 1) };
 * const y = { shape: [2, 1], data: Float64Array.of(1, 3) };
 * const { value } = await leaveOneOut(k, y, { reg: 1, regScale: 'absolute' });
 * // Each is predicted as half of the other: it is missed by 1 − 3/2 and 3 − 1/2.
 * console.log(value.toFixed(6)); // 1.625000
 * ```
 */
export function leaveOneOut(
  kTrainTrain: AnyArray,
  yTrain: AnyArray,
  options: ObjectiveOptions = {},
): Promise<Objective> {
  const where = 'leaveOneOut';
  const read = readOptions(where, options, objectiveOptions);
  return evaluateObjective(where, kTrainTrain, yTrain, read, async ({ n, outputs, alpha, inverse }) => {
    const count = n * outputs;
    // Cotangents of α, and of the diagonal of A⁻¹ that the division reads.
    const byAlpha = new Float64Array(count);
    const byDiagonal = new Float64Array(n);
    let value = 0;
    for (let i = 0; i < n; i++) {
      const own = inverse[i * n + i];
      for (let c = 0; c < outputs; c++) {
        const missed = alpha[i * outputs + c] / own;
        value += (0.5 * missed ** 2) / count;
        byAlpha[i * outputs + c] = missed / (own * count);
        byDiagonal[i] -= missed ** 2 / (own * count);
      }
    }
    // A⁻¹ moves by −A⁻¹ dA A⁻¹.
    const { signal } = read;
    const u = await offThread('gemm', [n, outputs, n, inverse, byAlpha], signal);
    const scaled = inverse.map((entry, at) => entry * byDiagonal[Math.floor(at / n)]);
    const a = await offThread('gemm', [n, n, n, inverse, scaled], signal);
    const outer = await offThread('gemm', [n, n, outputs, u, alpha, { transposeB: true }], signal);
    return { value, a: a.map((entry, at) => -entry - outer[at]) };
  });
}
