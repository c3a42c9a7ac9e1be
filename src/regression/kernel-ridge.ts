import type { Matrix } from 'ml-matrix';
import { checkOptions } from '../base/check-options.js';
import { ShapeError } from '../base/errors.js';
import { fromRowMajor, rowMajor } from '../base/matrix.js';
import { gemm } from '../linalg/linalg.js';
import { checkRows } from './check-matrix.js';
import { type RidgeOptions, ridgeSystem } from './ridge.js';
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
  predict(kTestTrain: Matrix): Matrix;
}

/**
 * Kernel ridge regression in float64: α = (K + ridge·I)⁻¹ y, predictions K(x, train) α.
 *
 * @param kTrainTrain Gram matrix K of the training samples, `[n, n]`
 * @param yTrain labels y, `[n, outputs]`
 * @throws ShapeError when K is not square, is empty, or y has another number of rows.
 * @throws NonFiniteError when an entry is NaN or infinite; the message names the matrix and the index.
 * @throws NotPositiveDefiniteError when K with its ridge, and the allowed jitter, is not positive definite; the message says
 *   what ridge would have been enough.
 * @throws RangeError when an option is out of range; UnsupportedError when there is no such option.
 * @remarks n³/3 + 2n²·outputs operations.
 * @example
 * ```ts
 * import { Matrix } from 'ml-matrix';
 * import { kernelRidge } from 'neural-tangents';
 *
 * const k = new Matrix([[4, 2], [2, 5]]);
 * const { alpha, predict } = kernelRidge(k, new Matrix([[8], [8]]), { reg: 0 });
 * console.log(alpha.to1DArray()); // [ 1.5, 1 ]
 * console.log(predict(new Matrix([[1, 1]])).to1DArray()); // [ 2.5 ]
 * ```
 */
export function kernelRidge(
  kTrainTrain: Matrix,
  yTrain: Matrix,
  options: KernelRidgeOptions = {},
): KernelRidge {
  checkOptions('kernelRidge', options, ['reg', 'regScale', 'jitter']);
  const system = ridgeSystem('kernelRidge', 'kTrainTrain', kTrainTrain, options);
  checkRows('kernelRidge', 'yTrain', yTrain, kTrainTrain.rows);
  const { x: alpha, evidence } = system.solve(yTrain, 'yTrain');
  const [n, outputs, coefficients] = [alpha.rows, alpha.columns, rowMajor(alpha)];
  return {
    alpha,
    ridge: system.ridge,
    evidence,
    predict(kTestTrain) {
      if (kTestTrain.columns !== n) {
        throw new ShapeError(
          `kernelRidge: kTestTrain needs a column for each of ${n} training samples, got [${kTestTrain.rows}, ${kTestTrain.columns}].`,
        );
      }
      const tests = kTestTrain.rows;
      return fromRowMajor(gemm(tests, outputs, n, rowMajor(kTestTrain), coefficients), tests, outputs);
    },
  };
}
