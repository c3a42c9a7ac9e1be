import type { Matrix } from 'ml-matrix';
import { type AnyArray, readMatrix } from '../base/any-array.js';
import { ShapeError } from '../base/errors.js';
import { rowMajor, takeRowMajor } from '../base/matrix.js';
import { readOptions } from '../base/options.js';
import { offThread } from '../linalg/off-thread.js';
import { checkRows } from './check-matrix.js';
import { type RidgeOptions, ridgeOptions, ridgeSystem } from './ridge.js';
import type { SolveEvidence } from './safe-cholesky.js';

/** Options of {@link kernelRidge}. */
export interface KernelRidgeOptions extends RidgeOptions {}

/** A kernel ridge regression fitted to training labels. */
export interface KernelRidge {
  /** Dual coefficients α = (K + ridge·I)⁻¹ y, `[n, outputs]`. */
  readonly alpha: Matrix;
  /** What was added to the diagonal, in the kernel's units; the jitter stands in the evidence, apart from it. */
  readonly ridge: number;
  readonly evidence: SolveEvidence;
  /** Predictions K(test, train) α `[N, outputs]` for `kTestTrain` `[N, n]`. */
  predict(kTestTrain: AnyArray): Promise<Matrix>;
}

/**
 * Kernel ridge regression in float64: α = (K + ridge·I)⁻¹ y, predictions K(x, train) α.
 *
 * @param kTrainTrain Gram matrix K of the training samples, `[n, n]`
 * @param yTrain labels y, `[n, outputs]`, e.g. of `oneHotCentred`
 * @throws ShapeError when K is not square, is empty, or y has another number of rows.
 * @throws NonFiniteError when an entry is NaN or infinite; the message names the matrix and the index.
 * @throws NotPositiveDefiniteError when K with its ridge, and the allowed jitter, is not positive definite; the message says
 *   what ridge would have been enough.
 * @throws RangeError when an option is out of range; UnsupportedError when there is no such option.
 * @throws the signal's reason when it aborts.
 * @remarks n³/3 + 2n²·outputs operations, on a worker thread.
 * @example
 * ```ts
 * import { Matrix } from 'ml-matrix';
 * import { kernelRidge } from 'neural-tangents';
 *
 * const k = new Matrix([[4, 2], [2, 5]]);
 * const { alpha, predict } = await kernelRidge(k, new Matrix([[8], [8]]), { reg: 0 });
 * console.log(alpha.to1DArray()); // [ 1.5, 1 ]
 * console.log((await predict(new Matrix([[1, 1]]))).to1DArray()); // [ 2.5 ]
 * ```
 */
export async function kernelRidge(
  kTrainTrain: AnyArray,
  yTrain: AnyArray,
  options: KernelRidgeOptions = {},
): Promise<KernelRidge> {
  const read = readOptions('kernelRidge', options, ridgeOptions);
  const k = readMatrix('kernelRidge', 'kTrainTrain', kTrainTrain);
  const y = readMatrix('kernelRidge', 'yTrain', yTrain);
  checkRows('kernelRidge', 'yTrain', y, k.rows);
  const system = await ridgeSystem('kernelRidge', 'kTrainTrain', k, read);
  const { x: alpha, evidence } = await system.solve(y, 'yTrain');
  const [n, outputs, coefficients] = [alpha.rows, alpha.columns, rowMajor(alpha)];
  return {
    alpha,
    ridge: system.ridge,
    evidence,
    async predict(kTestTrain) {
      const test = readMatrix('kernelRidge', 'kTestTrain', kTestTrain);
      const { rows, columns } = test;
      if (columns !== n) {
        throw new ShapeError(
          `kernelRidge: kTestTrain needs a column for each of ${n} training samples, got [${rows}, ${columns}].`,
        );
      }
      const product = [rows, outputs, n, rowMajor(test), coefficients] as const;
      return takeRowMajor(await offThread('gemm', [...product]), rows, outputs);
    },
  };
}
