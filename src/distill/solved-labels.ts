import type { Matrix } from 'ml-matrix';
import { fromRowMajor, rowMajor } from '../base/matrix.js';
import type { NdArray } from '../base/nd-array.js';
import type { Dataset } from '../data/index.js';
import { gram, ridgeVisit } from '../gram/index.js';
import { offThread } from '../linalg/off-thread.js';
import { addRidge } from '../regression/ridge.js';
import type { NetworkKernel } from '../tracing/trace.js';
import { bestCoefficients } from './best-coefficients.js';
import { targetsOf } from './evaluate-support.js';
import type { ReadSupportOptions } from './types.js';

/** Targets whose kernel with the support exists at a time. */
const BLOCK = 1024;

/** Options of {@link solvedLabels}. */
export interface SolvedLabelsOptions extends ReadSupportOptions {
  /** The ridge of the solve for the labels, absolute, as `labelSolve`'s `reg`. */
  readonly labelReg: number;
}

/** A support's best labels, and the loss of the support with them. */
export interface SolvedLabels {
  /** `[n, C]`. */
  readonly labels: Matrix;
  /** The coefficients β that regression from these labels has, `[n, C]`, row-major. */
  readonly beta: Float64Array;
}

/** The loss at the best labels. */
export interface SolvedLoss {
  readonly labels: Matrix;
  /** ½·mean over targets and classes of (K_ts β − y_t)². */
  readonly loss: number;
  /** Share of targets whose largest prediction is at their largest label. */
  readonly accuracy: number;
  /** Gradient of the loss in the support images, their shape. */
  readonly images: NdArray<Float64Array>;
}

/**
 * The labels with which kernel ridge regression from `images` fits `targets` best.
 *
 * Regression sees labels y through β = A⁻¹ y alone, so the best β is that of least squares on the targets, and y = A β.
 */
export async function solvedLabels(
  where: string,
  kernel: NetworkKernel,
  images: NdArray,
  targets: Dataset,
  { labelReg, reg, regScale, get, dtype, threads, signal }: SolvedLabelsOptions,
): Promise<SolvedLabels> {
  const compute = { get, dtype, threads, signal };
  const { beta } = await bestCoefficients(where, kernel, images, targets, {
    ...compute,
    reg: labelReg,
    block: BLOCK,
  });
  const [n, classes] = [images.shape[0], targets.numClasses];
  const a = rowMajor(await gram(kernel, images, null, compute));
  addRidge(a, n, { reg, regScale });
  return {
    beta,
    labels: fromRowMajor(await offThread('gemm', [n, classes, n, a, beta], signal), n, classes),
  };
}

/**
 * The loss of a support at its best labels, and its gradient in the images (variable projection).
 *
 * At the best β the loss does not change with β to first order, so the gradient is that through K_ts with β held fixed.
 *
 * @source Golub, Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems whose variables separate" (1973)
 */
export async function solvedLoss(
  where: string,
  kernel: NetworkKernel,
  images: NdArray,
  targets: Dataset,
  options: SolvedLabelsOptions,
): Promise<SolvedLoss> {
  const { labels, beta } = await solvedLabels(where, kernel, images, targets, options);
  const { get, dtype, threads, signal } = options;
  const alpha = fromRowMajor(beta, labels.rows, labels.columns);
  const { labels: wanted } = targetsOf(targets);
  const visit = await ridgeVisit(kernel, images, { ...targets.images }, alpha, wanted, {
    ...{ get, dtype, threads, signal },
    gradient: true,
  });
  return {
    labels,
    loss: visit.loss,
    accuracy: visit.correct / targets.labels.length,
    images: visit.supportGradient as NdArray<Float64Array>,
  };
}
