import { type AnyArray, readMatrix } from '../base/any-array.js';
import { NonFiniteError, ShapeError } from '../base/errors.js';
import { firstNonFinite } from '../base/first-non-finite.js';
import { rowMajor } from '../base/matrix.js';
import type { NdArray } from '../base/nd-array.js';
import { anything, byDefault, type Complete, readOptions, rule } from '../base/options.js';
import { offThread } from '../linalg/off-thread.js';
import { seedLike } from '../random/key.js';
import type { NetworkKernel } from '../tracing/trace.js';
import { conjugateGradients, relativeResidual } from './conjugate-gradients.js';
import { KernelTiles, type TileOptions, tileOptions } from './kernel-tiles.js';
import { normalFactor, nystromFeatures } from './nystrom-features.js';
import { type RegularizerOptions, regularizerOptions } from './regularizer.js';

/** Options that both ways of regression without the whole kernel have. */
interface LargeRidgeOptions extends TileOptions, RegularizerOptions {
  /** Samples whose rows of the kernel approximate it, at most n. */
  readonly landmarks?: number;
  /** What the landmarks are drawn by; default 0. */
  readonly seed?: number;
}

/** {@link LargeRidgeOptions}; landmarks are checked against the samples. */
const largeRidgeOptions = {
  landmarks: byDefault(0, anything<number>()),
  seed: byDefault(0, seedLike('Pass e.g. 0.')),
  ...regularizerOptions,
  ...tileOptions,
};

/** Options of {@link conjugateGradientRidge}. */
export interface ConjugateGradientRidgeOptions extends LargeRidgeOptions {
  /** Largest residual ‖y − (K + ridge·I) α‖/‖y‖ of an output at which to stop; default 1e-6. */
  readonly tolerance?: number;
  /** Iterations after which to stop in any case; default 1000. */
  readonly maxIterations?: number;
}

const conjugateGradientRidgeOptions = {
  ...largeRidgeOptions,
  tolerance: byDefault(
    1e-6,
    rule<number>('must be above 0', (residual) => residual > 0, 'Pass e.g. 1e-6.'),
  ),
  maxIterations: byDefault(
    1000,
    rule<number>('must be at least 1', (count) => count >= 1, 'Pass e.g. 1000.'),
  ),
};

/** Options of {@link nystromRidge}. */
export interface NystromRidgeOptions extends LargeRidgeOptions {
  readonly landmarks: number;
}

/** A kernel ridge regression that was solved without the whole kernel. */
export interface LargeRidge {
  /** Coefficients `[n, outputs]`; those of samples that are no landmarks are 0 for {@link nystromRidge}. */
  readonly alpha: NdArray<Float64Array>;
  /** What was added to the kernel's diagonal, in its units. */
  readonly ridge: number;
  /** ‖y − (K + ridge·I) α‖/‖y‖ over all outputs, computed anew from α. */
  readonly residual: number;
  /** Products of the kernel with a matrix that the solution took; 0 where it was none. */
  readonly iterations: number;
  /** Whether every output's residual reached the tolerance; always true for {@link nystromRidge}, which is not iterative. */
  readonly converged: boolean;
  /** Predictions `[N, outputs]` for test inputs `[N, …]`. */
  predict(xTest: AnyArray): Promise<NdArray<Float64Array>>;
}

/**
 * Kernel ridge regression α = (K + ridge·I)⁻¹ y by conjugate gradients over tiles of the kernel, which never exists as a whole.
 *
 * With `landmarks` the iteration is preconditioned by Nyström's approximation: the fewer iterations, the better it is. The
 * solution is that of `kernelRidge` up to the residual, which stands in the answer.
 *
 * @param kernel a network's kernel that ends in one position
 * @param xTrain training inputs `[n, …]`
 * @param yTrain targets `[n, outputs]`
 * @throws ShapeError, NonFiniteError, RangeError, TypeError, UnsupportedError for arguments that do not fit; the signal's reason.
 * @source Hestenes and Stiefel, "Methods of conjugate gradients for solving linear systems" (1952); Frangella, Tropp and Udell,
 *   "Randomized Nyström preconditioning" (2023), for the preconditioner's form
 * @remarks Memory: `keptBytes`, a few tiles and 2·landmarks·n numbers. An iteration computes the tiles that are not kept again:
 *   meant for networks without spatial axes, whose kernels are cheap. `onProgress` gets iterations done and `maxIterations`.
 * @example
 * ```ts
 * import { conjugateGradientRidge, stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(512), stax.Relu(), stax.Dense(1));
 * const x = { shape: [4, 2], data: Float64Array.of(1, 0, 0, 1, 1, 1, -1, 2) };
 * const y = { shape: [4, 1], data: Float64Array.of(1, -1, 0, 2) };
 * const { residual, predict } = await conjugateGradientRidge(kernel, x, y, { get: 'ntk', diagReg: 1e-2 });
 * console.log(residual < 1e-6, (await predict(x)).shape); // true [ 4, 1 ]
 * ```
 */
export async function conjugateGradientRidge(
  kernel: NetworkKernel,
  xTrain: AnyArray,
  yTrain: AnyArray,
  options: ConjugateGradientRidgeOptions,
): Promise<LargeRidge> {
  const where = 'conjugateGradientRidge';
  const read = readOptions(where, options, conjugateGradientRidgeOptions);
  const { tolerance, maxIterations, landmarks, seed, signal, onProgress } = read;
  const { tiles, y, c, ridge } = await prepare(where, kernel, xTrain, yTrain, read);
  const times = async (p: Float64Array) => withRidge(await tiles.times(p, c), p, ridge);
  const precondition = landmarks === 0 ? null : await preconditioner(tiles, landmarks, seed, ridge, c);
  const { x, iterations, converged } = await conjugateGradients(times, y, c, {
    precondition,
    tolerance,
    maxIterations,
    onIteration: (done) => {
      signal?.throwIfAborted();
      onProgress?.(done, maxIterations);
    },
  });
  const residual = relativeResidual(y, await times(x));
  return {
    ...{ alpha: { shape: [tiles.n, c], data: x }, ridge, residual, iterations, converged },
    predict: (xTest) => tiles.predict(xTest, x, c),
  };
}

/**
 * Kernel ridge regression by Nyström's method: coefficients for a few samples alone, the landmarks, that fit all targets best.
 *
 * An approximation: the residual says how far from `kernelRidge`'s solution it is. More landmarks make it better.
 *
 * @param kernel a network's kernel that ends in one position
 * @param xTrain training inputs `[n, …]`
 * @param yTrain targets `[n, outputs]`
 * @throws ShapeError, NonFiniteError, RangeError, TypeError, UnsupportedError for arguments that do not fit; the signal's reason.
 * @source Williams and Seeger, "Using the Nyström method to speed up kernel machines" (2001)
 * @remarks Memory: 2·landmarks·n numbers; 2·landmarks²·n operations beside the kernel's rows.
 * @example
 * ```ts
 * import { nystromRidge, stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Dense(512), stax.Relu(), stax.Dense(1));
 * const x = { shape: [4, 2], data: Float64Array.of(1, 0, 0, 1, 1, 1, -1, 2) };
 * const y = { shape: [4, 1], data: Float64Array.of(1, -1, 0, 2) };
 * const { predict } = await nystromRidge(kernel, x, y, { get: 'ntk', diagReg: 1e-2, landmarks: 3 });
 * console.log((await predict(x)).shape); // [ 4, 1 ]
 * ```
 */
export async function nystromRidge(
  kernel: NetworkKernel,
  xTrain: AnyArray,
  yTrain: AnyArray,
  options: NystromRidgeOptions,
): Promise<LargeRidge> {
  const where = 'nystromRidge';
  const read = readOptions(where, options, largeRidgeOptions);
  const { landmarks, seed } = read;
  const { tiles, y, c, ridge } = await prepare(where, kernel, xTrain, yTrain, read);
  if (landmarks === 0) throw new RangeError(`${where}: landmarks must be at least 1. Pass e.g. 500.`);
  const { n, signal } = tiles;
  const nystrom = await nystromFeatures(tiles, landmarks, seed);
  const { rank, features, whitening, rows } = nystrom;
  const factor = await normalFactor(nystrom, n, ridge, signal);
  const right = await offThread('gemm', [rank, c, n, features, y], signal);
  const beta = await offThread('choleskySolve', [factor, rank, right, c], signal);
  const weights = await offThread(
    'gemm',
    [landmarks, c, rank, whitening, beta, { transposeA: true }],
    signal,
  );
  const alpha = new Float64Array(n * c);
  nystrom.landmarks.forEach((index, i) => {
    alpha.set(weights.subarray(i * c, (i + 1) * c), index * c);
  });
  const fitted = await offThread('gemm', [n, c, landmarks, rows, weights, { transposeA: true }], signal);
  const residual = relativeResidual(y, withRidge(fitted, alpha, ridge));
  return {
    ...{ alpha: { shape: [n, c], data: alpha }, ridge, residual, iterations: 0, converged: true },
    predict: (xTest) => tiles.predict(xTest, weights, c, nystrom.landmarks),
  };
}

/** Checks what both functions take, and finds the ridge. */
async function prepare(
  where: string,
  kernel: NetworkKernel,
  xTrain: AnyArray,
  yTrain: AnyArray,
  options: Complete<typeof largeRidgeOptions>,
) {
  options.signal?.throwIfAborted();
  const tiles = new KernelTiles(where, kernel, xTrain, options);
  const matrix = readMatrix(where, 'yTrain', yTrain);
  const { n } = tiles;
  if (matrix.rows !== n || matrix.columns === 0) {
    throw new ShapeError(
      `${where}: yTrain needs a row for each of ${n} samples and at least one column, got [${matrix.rows}, ${matrix.columns}].`,
    );
  }
  const [y, c] = [rowMajor(matrix), matrix.columns];
  const bad = firstNonFinite(y);
  if (bad >= 0) {
    throw new NonFiniteError(
      `${where}: yTrain must be finite, got ${y[bad]} at [${Math.floor(bad / c)}, ${bad % c}]. Clean the data first.`,
    );
  }
  const { landmarks, diagReg, diagRegAbsoluteScale } = options;
  if (!(Number.isInteger(landmarks) && landmarks >= 0 && landmarks <= n)) {
    throw new RangeError(`${where}: landmarks must be a whole number from 0 to ${n}, got ${landmarks}.`);
  }
  if (landmarks > 0 && diagReg === 0) {
    throw new RangeError(`${where}: landmarks need a ridge: diagReg must be above 0. Pass e.g. 1e-6.`);
  }
  const ridge = diagRegAbsoluteScale ? diagReg : diagReg === 0 ? 0 : diagReg * (await tiles.meanDiagonal());
  return { tiles, y, c, ridge };
}

/** v ↦ (Fᵀ F + ridge·I)⁻¹ v for Nyström's F, by Woodbury's identity. */
async function preconditioner(tiles: KernelTiles, landmarks: number, seed: number, ridge: number, c: number) {
  const { n, signal } = tiles;
  const nystrom = await nystromFeatures(tiles, landmarks, seed);
  const factor = await normalFactor(nystrom, n, ridge, signal);
  const { features, rank } = nystrom;
  return async (v: Float64Array): Promise<Float64Array> => {
    const seen = await offThread('gemm', [rank, c, n, features, v], signal);
    const solved = await offThread('choleskySolve', [factor, rank, seen, c], signal);
    const known = await offThread('gemm', [n, c, rank, features, solved, { transposeA: true }], signal);
    return v.map((value, i) => (value - known[i]) / ridge);
  };
}

function withRidge(product: Float64Array, p: Float64Array, ridge: number): Float64Array {
  return product.map((value, i) => value + ridge * p[i]);
}
