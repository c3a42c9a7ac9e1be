import type { Matrix } from 'ml-matrix';
import type { AnyArray } from '../base/any-array.js';
import { fromRowMajor, rowMajor } from '../base/matrix.js';
import { byDefault, isWhole, readOptions, rule } from '../base/options.js';
import { type ComputeOptions, computeOptions, type GramField, gram } from '../gram/index.js';
import { offThread } from '../linalg/off-thread.js';
import type { Program } from '../program/program.js';
import { ridgeOptions } from '../regression/ridge.js';
import type { NetworkKernel } from '../tracing/trace.js';
import { programFor } from '../tracing/trace.js';
import { bestCoefficients } from './best-coefficients.js';
import { readDataset, readImages } from './read-support.js';
import { type DatasetInput, kernelField } from './types.js';

/** Options of {@link labelSolve}. */
export interface LabelSolveOptions extends ComputeOptions {
  /** Which kernel, default `'ntk'`. */
  readonly get?: GramField;
  /** The ridge, absolute; default 1e-6. What is added to the diagonal is reg/n. */
  readonly reg?: number;
  /** Targets a block; memory is (2n + C)·block numbers. Default 1024. */
  readonly block?: number;
}

const labelSolveOptions = {
  get: kernelField,
  reg: ridgeOptions.reg,
  block: byDefault(1024, rule('needs a whole number of at least 1', isWhole(1))),
  ...computeOptions,
};

/** What labels were solved for, as plain JSON. */
export interface LabelSolveConfiguration {
  /** The network's kernel. */
  readonly program: Program;
  readonly get: GramField;
  readonly dtype: 'float64' | 'float32';
  readonly reg: number;
  readonly block: number;
  readonly supportSize: number;
  readonly targets: number;
  readonly numClasses: number;
}

/** The best labels of a support set. */
export interface LabelSolveResult {
  /** `[n, C]`. */
  readonly labels: Matrix;
  /** ½·mean over targets and classes of (K_ts β − y_t)², plus the ridge's (reg/n)·‖β‖²/(2NC): what was minimised. */
  readonly objective: number;
  /** Largest over smallest pivot of the QR factorisation of K_ts with its ridge: a lower bound of its condition number. */
  readonly conditionEstimate: number;
  /** Wall-clock time. */
  readonly seconds: number;
  readonly configuration: LabelSolveConfiguration;
}

/**
 * Label Solve: the labels of given support images from which kernel ridge regression fits a whole data set best.
 *
 * y_s = (K_ss + (reg/n)·I) (K_st K_ts + (reg/n)·I)⁻¹ K_st y_t, with y_t one-hot minus 1/C.
 *
 * @param kernel the `kernel` of a network that ends in one position
 * @param images support images, `[n, h, w, c]`
 * @param train the targets: images `[N, h, w, c]`, classes `[N]`; N ≥ n for labels to be determined by data
 * @throws ShapeError when shapes do not fit each other or the network.
 * @throws NonFiniteError when an entry is NaN or infinite; the message names the array and the index.
 * @throws NotPositiveDefiniteError when K_ts is rank deficient in float64 for the ridge that was asked for.
 * @throws RangeError when an option is out of range; UnsupportedError when there is no such option.
 * @remarks Streams over blocks of targets in n² + nC numbers plus a block. The problem is solved as what it is, the least
 *   squares min ‖K_ts β − y_t‖² + (reg/n)‖β‖², by a QR factorisation that takes the rows as they come: K_st K_ts, which
 *   has the squared condition number, is never formed. 2Nn² operations besides the kernel.
 * @source Nguyen, Chen, Lee, "Dataset meta-learning from kernel ridge-regression" (ICLR 2021), equation 8; the ridge as
 *   in the released notebook
 * @example
 * ```ts
 * import { labelSolve, stax } from 'neural-tangents';
 *
 * const { kernel } = stax.serial(stax.Dense(64), stax.Relu(), stax.Dense(2));
 * const images = { shape: [4, 2], data: Float64Array.of(1, 0, 0, 1, 1, 1, 2, 1) };
 * const train = { images, labels: Int32Array.of(0, 1, 1, 0), numClasses: 2 };
 * const support = { shape: [2, 2], data: Float64Array.of(1, 0, 0, 1) };
 * const { labels } = await labelSolve(kernel, support, train);
 * console.log(labels.rows, labels.columns); // 2 2
 * ```
 */
export async function labelSolve(
  kernel: NetworkKernel,
  images: AnyArray,
  train: DatasetInput,
  options: LabelSolveOptions = {},
): Promise<LabelSolveResult> {
  const read = readOptions('labelSolve', options, labelSolveOptions);
  const { get, reg, block, dtype, threads, signal, onProgress } = read;
  const support = readImages('labelSolve', 'images', images);
  const targets = readDataset('labelSolve', 'train', train);
  const started = performance.now();
  const { labels, numClasses } = targets;
  const n = support.shape[0];
  const compute = { get, dtype, threads, signal };
  const kSs = rowMajor(await gram(kernel, support, null, compute));
  const { beta, objective, conditionEstimate } = await bestCoefficients(
    'labelSolve',
    kernel,
    support,
    targets,
    {
      ...compute,
      reg,
      block,
      onProgress,
    },
  );
  for (let i = 0; i < n; i++) kSs[i * n + i] += reg / n;
  return {
    labels: fromRowMajor(await offThread('gemm', [n, numClasses, n, kSs, beta], signal), n, numClasses),
    objective,
    conditionEstimate,
    seconds: (performance.now() - started) / 1000,
    configuration: {
      program: programFor('labelSolve', kernel, support.shape.slice(1)),
      get,
      dtype,
      reg,
      block,
      supportSize: n,
      targets: labels.length,
      numClasses,
    },
  };
}
