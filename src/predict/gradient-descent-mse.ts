import type { AnyArray } from '../base/any-array.js';
import { readArray } from '../base/any-array.js';
import type { NdArray } from '../base/nd-array.js';
import { anything, byDefault, type Complete, optional, readOptions } from '../base/options.js';
import { type WorkOptions, workOptions } from '../base/work-options.js';
import { apart, Flow, lost } from './flow.js';
import { learningRate } from './learning-rate.js';
import { OutputAxes } from './output-axes.js';
import { type RegularizerOptions, regularized, regularizerOptions } from './regularizer.js';
import { SymmetricKernel } from './symmetric-kernel.js';
import { readTimes, type Times } from './times.js';
import { Work } from './work.js';

/** Which axes of the outputs a kernel does not have. */
export interface TraceAxesOptions {
  /** Axes of the outputs over which the kernel was traced; default `[-1]`, the outputs' channels. */
  readonly traceAxes?: readonly number[];
}

/** Options of {@link gradientDescentMse}. */
export interface GradientDescentMseOptions extends RegularizerOptions, TraceAxesOptions {
  /** η: a step of gradient descent takes the time 1. Default 1. */
  readonly learningRate?: number;
}

/** What is to be predicted. */
export interface TrainingOptions extends WorkOptions {
  /** Training time; default `Infinity`. */
  readonly t?: Times;
  /** The network's outputs on training inputs before training, in the shape of yTrain or one number for all; default 0. */
  readonly fxTrain0?: AnyArray | number;
  /** The same on test inputs. */
  readonly fxTest0?: AnyArray | number;
  /** The kernel `[N, n]` between test and training inputs, without a ridge. */
  readonly kTestTrain?: AnyArray;
}

/** {@link GradientDescentMseOptions}. */
export const gradientDescentMseOptions = {
  learningRate: byDefault(1, learningRate),
  traceAxes: byDefault([-1], anything<readonly number[]>()),
  ...regularizerOptions,
};

/** {@link TrainingOptions}. */
export const trainingOptions = {
  t: byDefault(Infinity, anything<Times>()),
  fxTrain0: byDefault(0, anything<AnyArray | number>()),
  fxTest0: optional(anything<AnyArray | number>()),
  kTestTrain: optional(anything<AnyArray>()),
  ...workOptions,
};

/** Outputs after training, float64; with a list of times its axes come first. */
export interface Trained<Options extends object> {
  /** On training inputs, `[…t, n, …]`. */
  readonly train: NdArray<Float64Array>;
  /** On test inputs, `[…t, N, …]`; null without `kTestTrain`. */
  readonly test: Options extends { readonly kTestTrain: AnyArray } ? NdArray<Float64Array> : null;
}

/** Predicts a network's outputs after training. */
export type GradientDescentMsePredictor = <const Options extends TrainingOptions>(
  options?: Options,
) => Promise<Trained<Options>>;

/**
 * What continuous gradient descent on the mean squared error ½·mean((f − y)²) makes of a network's outputs, in closed form.
 *
 * With M entries of y, A = K + ridge·I and τ = η·t: f_train = f₀ + (e^(−Aτ/M) − 1)(f₀ − y) and
 * f_test = f₀ + K_test,train A⁻¹ (e^(−Aτ/M) − 1)(f₀ − y). Exact for infinite width (K the NTK) and for linear models;
 * for a finite network with its empirical NTK it holds as long as that changes little.
 *
 * @param kTrainTrain NTK `[n, n]` of the training inputs; for outputs with other axes than samples and those traced, two axes
 *   for each: `[n, n, h, h]`
 * @param yTrain targets `[n, …, outputs]`
 * @returns a function that predicts at any times; it keeps the eigen-decomposition (or the factor, for t = ∞)
 * @throws ShapeError, NonFiniteError, RangeError, UnsupportedError for arguments that do not fit; NotPositiveDefiniteError when
 *   t is ∞ and the kernel singular.
 * @source Lee et al., "Wide neural networks of any depth evolve as linear models under gradient descent" (2019), eq. 8–9
 * @remarks t = ∞ costs n³/3 operations, finite times up to 14/3·n³ once, off the calling thread. Along eigenvectors whose λ is 0 a
 *   finite t is exact as well: (e^(−λτ/M) − 1)/λ is −τ/M there.
 * @example
 * ```ts
 * import { gradientDescentMse } from 'neural-tangents';
 * const k = { shape: [2, 2], data: Float64Array.of(2, 1, 1, 2) };
 * const y = { shape: [2, 1], data: Float64Array.of(1, -1) };
 * const predict = gradientDescentMse(k, y);
 * const kTestTrain = { shape: [1, 2], data: Float64Array.of(2, 1) };
 * const { test } = await predict({ kTestTrain });
 * console.log(test.data[0].toFixed(6)); // 1.000000
 * const { train } = await predict({ t: [0, 10] });
 * console.log(train.shape); // [ 2, 2, 1 ]
 * ```
 */
export function gradientDescentMse(
  kTrainTrain: AnyArray,
  yTrain: AnyArray,
  options: GradientDescentMseOptions = {},
): GradientDescentMsePredictor {
  const where = 'gradientDescentMse';
  const read = readOptions(where, options, gradientDescentMseOptions);
  const { learningRate, traceAxes, ...ridge } = read;
  const axes = new OutputAxes(where, readArray(where, 'yTrain', yTrain).shape, traceAxes);
  const y = axes.outputs('yTrain', yTrain);
  const { n, c } = axes;
  const { data } = axes.kernel('kTrainTrain', kTrainTrain, 'train-train');
  const kernel = new SymmetricKernel(where, 'kTrainTrain', regularized(data, n, ridge), n);

  return async <const Options extends TrainingOptions>(asked?: Options) => {
    const training = readOptions<TrainingOptions, typeof trainingOptions>(
      where,
      asked ?? {},
      trainingOptions,
    );
    const times = readTimes(where, training.t);
    const f0 = axes.outputs('fxTrain0', training.fxTrain0);
    const test = readTest(where, axes, training);
    const work = new Work(training);
    const toTarget = f0.map((value, i) => value - y[i]);

    const flow = new Flow(kernel, learningRate / y.length);
    const { values } = times;
    const added = (f: Float64Array, moved: Float64Array, rows: number, sign: 1 | -1) =>
      apart(moved, rows, c, values.length).map((part) => part.map((value, i) => f[i] + sign * value));
    const converged = values.every((t) => t === Infinity);
    const trains: Float64Array[] = converged
      ? []
      : added(f0, await flow.apply(lost, toTarget, c, values, work), n, 1);
    values.forEach((t, k) => {
      if (t === Infinity) trains[k] = y;
    });
    const train = axes.toOutputs(trains, axes.keptSizes, times.shape);
    if (!test) return { train, test: null } as Trained<Options>;
    const dual = await flow.dual(toTarget, c, values, work);
    work.expect(1);
    const moved = await work.call('gemm', test.n, values.length * c, n, test.k, dual);
    const tests = added(test.f0, moved, test.n, -1);
    return { train, test: axes.toOutputs(tests, test.kept, times.shape) } as Trained<Options>;
  };
}

/** What is known of test inputs: their kernel with training inputs `[n, …]`, and outputs before training. */
interface TestInputs {
  readonly n: number;
  readonly kept: readonly number[];
  readonly k: Float64Array;
  readonly f0: Float64Array;
}

/** @throws RangeError when there are outputs on test inputs, but no kernel. */
export function readTest(
  where: string,
  axes: OutputAxes,
  { kTestTrain, fxTest0 }: Complete<typeof trainingOptions>,
): TestInputs | null {
  if (kTestTrain === undefined) {
    if (fxTest0 === undefined) return null;
    throw new RangeError(
      `${where}: fxTest0 needs kTestTrain beside it. Pass the kernel of test and training inputs.`,
    );
  }
  const { data: k, rows } = axes.kernel('kTestTrain', kTestTrain, 'test-train');
  const f0 = axes.outputs('fxTest0', fxTest0 ?? 0, rows);
  return { n: k.length / axes.n, kept: rows, k, f0 };
}
