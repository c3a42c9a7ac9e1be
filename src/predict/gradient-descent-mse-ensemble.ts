import { type AnyArray, readArray } from '../base/any-array.js';
import { anything, byDefault, flag, type Option, optional, readOptions } from '../base/options.js';
import { describe } from '../base/received.js';
import { type WorkOptions, workOptions } from '../base/work-options.js';
import type { GramField } from '../gram/index.js';
import type { Samples } from '../inputs/check-input.js';
import type { Pattern } from '../inputs/read-samples.js';
import type { NetworkKernel } from '../tracing/trace.js';
import type { Tree } from '../tracing/tree.js';
import { apart, Flow, left, lost } from './flow.js';
import {
  type GradientDescentMseOptions,
  gradientDescentMseOptions,
  trainingOptions,
} from './gradient-descent-mse.js';
import {
  KernelSource,
  type KernelSourceOptions,
  kernelSourceOptions,
  type OwnKernel,
} from './kernel-source.js';
import { OutputAxes } from './output-axes.js';
import {
  type ByKind,
  type Gaussian,
  posteriorCovariance,
  posteriorMean,
  symmetrized,
  transposed,
} from './posterior.js';
import { regularized } from './regularizer.js';
import { SymmetricKernel } from './symmetric-kernel.js';
import { type ReadTimes, readTimes, type Times } from './times.js';
import { Work } from './work.js';

/** Options of {@link gradientDescentMseEnsemble}. */
export interface EnsembleOptions extends GradientDescentMseOptions, KernelSourceOptions {
  /** Graphs of the training samples, for `Aggregate`. */
  readonly pattern?: Pattern;
}

/** What is to be predicted of an ensemble. */
export interface EnsembleTimeOptions<X = Tree<Samples>> extends WorkOptions {
  /** Training time; default `Infinity`. */
  readonly t?: Times;
  /** Test inputs `[N, …]`; without them predictions are of the training inputs. */
  readonly xTest?: X;
  /** `'ntk'`: all weights are trained; `'nngp'`: the last layer's alone; or a list of these. Default both. */
  readonly get?: GramField | readonly GramField[];
  /** Whether to compute covariances; default `false`. */
  readonly computeCov?: boolean;
  /** Graphs of the test samples, for `Aggregate`. */
  readonly pattern?: Pattern;
}

const ensembleOptions = {
  pattern: optional(anything<Pattern>()),
  ...gradientDescentMseOptions,
  ...kernelSourceOptions,
};

/** Which weights are trained, or a list of them. */
const trainedFields: Option<GramField | readonly GramField[]> = (given, where, name) => {
  for (const field of [given].flat()) {
    if (field === 'nngp' || field === 'ntk') continue;
    throw new RangeError(
      `${where}: ${name} must be 'nngp' or 'ntk', or a list of these, got ${describe(field)}.`,
    );
  }
  return given as GramField | readonly GramField[];
};

const ensembleTimeOptions = {
  t: trainingOptions.t,
  xTest: optional(anything<Tree<Samples>>()),
  get: byDefault(['nngp', 'ntk'], trainedFields),
  computeCov: byDefault(false, flag),
  pattern: ensembleOptions.pattern,
  ...workOptions,
};

/** One Gaussian, or a record of those asked for. */
export type EnsemblePrediction<Options extends EnsembleTimeOptions> = ByKind<
  GramField,
  Options['get'],
  Gaussian<Options extends { readonly computeCov: true } ? Gaussian['mean'] : null>
>;

/** Predicts an ensemble's outputs. */
export type EnsemblePredictor<X extends Tree<Samples>> = <const Options extends EnsembleTimeOptions<X>>(
  options?: Options,
) => Promise<EnsemblePrediction<Options>>;

/**
 * Mean and covariance of the outputs of infinitely many networks of infinite width, each drawn anew and trained by gradient descent
 * on ½·mean((f − y)²) for a time t.
 *
 * With M entries of y, A = Θ + ridge·I, s = η·t/M and B = A⁻¹(1 − e^(−As)) Θ_dt the mean is Bᵀ y and the covariance
 * K_tt + Bᵀ K_dd B − (Bᵀ K_dt + its transpose), for `'ntk'`. For `'nngp'`, with A = K + ridge·I, mean K_td A⁻¹(1 − e^(−As)) y and
 * covariance K_tt − K_td A⁻¹(1 − e^(−2As)) K_dt. At t = 0 that is the prior, at t = ∞ {@link gpInference}.
 *
 * @param kernel a network's kernel, computed by `gram`, or a function of one's own
 * @param xTrain training inputs `[n, …]`
 * @param yTrain targets `[n, …, outputs]`
 * @returns a function that predicts at any times and inputs; it keeps the training kernels and their eigenvectors
 * @throws ShapeError, NonFiniteError, RangeError, TypeError, UnsupportedError for arguments that do not fit;
 *   NotPositiveDefiniteError when t is ∞ and a kernel singular.
 * @source Lee et al., "Wide neural networks of any depth evolve as linear models under gradient descent" (2019), eq. 14–16
 * @remarks Covariances are exactly symmetric.
 * @example
 * ```ts
 * import { gradientDescentMseEnsemble, stax } from 'neural-tangents';
 * const net = stax.serial(stax.Dense(512), stax.Relu(), stax.Dense(1));
 * const x = { shape: [3, 1], data: Float64Array.of(-1, 0.5, 2) };
 * const y = { shape: [3, 1], data: Float64Array.of(1, 0, 1) };
 * const predict = gradientDescentMseEnsemble(net.kernel, x, y, { diagReg: 1e-4 });
 * const xTest = { shape: [2, 1], data: Float64Array.of(0, 1) };
 * const { mean, covariance } = await predict({ t: [10, 1000], xTest, get: 'ntk', computeCov: true });
 * console.log(mean.shape, covariance.shape); // [ 2, 2, 1 ] [ 2, 2, 2 ]
 * ```
 */
export function gradientDescentMseEnsemble<const X extends Tree<Samples>>(
  kernel: NetworkKernel | OwnKernel<X>,
  xTrain: X,
  yTrain: AnyArray,
  options: EnsembleOptions = {},
): EnsemblePredictor<X> {
  const where = 'gradientDescentMseEnsemble';
  const read = readOptions(where, options, ensembleOptions);
  const { learningRate, traceAxes, pattern, dtype, threads, maskConstant, ...ridge } = read;
  const axes = new OutputAxes(where, readArray(where, 'yTrain', yTrain).shape, traceAxes);
  const y = axes.outputs('yTrain', yTrain);
  const { n, c } = axes;
  const source = new KernelSource<X>(where, kernel, { dtype, threads, maskConstant });
  const train = { x: xTrain, pattern };
  const raw = new Map<GramField, Float64Array>();
  const trained = new Map<GramField, SymmetricKernel>();

  /** KernelRecord of training inputs, each computed once. */
  const prepare = async (fields: readonly GramField[], work: Work): Promise<void> => {
    const missing = fields.filter((field) => !raw.has(field));
    if (missing.length === 0) return;
    work.expect(1);
    const kernels = await source.between(train, null, missing, work.signal);
    work.advance();
    for (const field of missing) {
      const { data } = axes.kernel(`the ${field} of xTrain`, given(where, kernels, field), 'train-train');
      raw.set(field, data);
      const name = `the ${field} of xTrain`;
      trained.set(field, new SymmetricKernel(where, name, regularized(data, n, ridge), n));
    }
  };

  /** Of training inputs: what the weights' noise leaves of the prior. */
  const trainCovariance = async (field: GramField, t: number, work: Work): Promise<Float64Array> => {
    if (t === Infinity) return new Float64Array(n * n);
    const flow = new Flow(trained.get(field)!, learningRate / y.length);
    if (field === 'nngp') {
      const decayed = (lambda: number, s: number) => Math.max(0, lambda) * left(lambda, 2 * s);
      return symmetrized(await flow.matrix(decayed, t, work), n);
    }
    const half = await flow.apply(left, raw.get('nngp')!, n, [t], work);
    return symmetrized(await flow.apply(left, transposed(half, n, n), n, [t], work), n);
  };

  const onTrain = async (field: GramField, times: ReadTimes, computeCov: boolean, work: Work) => {
    const { values, shape } = times;
    const flow = new Flow(trained.get(field)!, learningRate / y.length);
    const means: Float64Array[] = values.every((t) => t === Infinity)
      ? []
      : apart(await flow.apply((lambda, s) => -lost(lambda, s), y, c, values, work), n, c, values.length);
    const covariances: Float64Array[] = [];
    for (const [k, t] of values.entries()) {
      if (t === Infinity) means[k] = y;
      if (computeCov) covariances.push(await trainCovariance(field, t, work));
    }
    const covariance = computeCov ? axes.toCovariances(covariances, axes.keptSizes, shape) : null;
    return { mean: axes.toOutputs(means, axes.keptSizes, shape), covariance };
  };

  return async <const Options extends EnsembleTimeOptions<X>>(asked?: Options) => {
    const timed = readOptions<EnsembleTimeOptions<X>, typeof ensembleTimeOptions>(
      where,
      asked ?? {},
      ensembleTimeOptions,
    );
    const { t, get, computeCov, pattern: testPattern, ...following } = timed;
    const xTest = timed.xTest as X | undefined;
    const fields = typeof get === 'string' ? [get] : get;
    const times = readTimes(where, t);
    const work = new Work(following);
    // The covariance of networks trained in all weights begins with the NNGP's.
    const needed: GramField[] = (['nngp', 'ntk'] as const).filter(
      (field) => fields.includes(field) || (field === 'nngp' && computeCov),
    );
    await prepare(needed, work);
    const all: Partial<Record<GramField, Gaussian>> = {};
    if (xTest === undefined) {
      for (const field of fields) all[field] = await onTrain(field, times, computeCov, work);
    } else {
      const test = { x: xTest, pattern: testPattern };
      work.expect(computeCov ? 2 : 1);
      const testTrains = await source.between(test, train, needed, work.signal);
      work.advance();
      const testTests = computeCov ? await source.between(test, null, ['nngp'], work.signal) : null;
      if (computeCov) work.advance();
      const read = (field: GramField) =>
        axes.kernel(`the ${field} of xTest and xTrain`, given(where, testTrains, field), 'test-train');
      for (const field of fields) {
        const testTrain = read(field);
        const inputs = { trained: trained.get(field)!, testTrain, y, c, rate: learningRate / y.length };
        const { values, shape } = times;
        const moved = await posteriorMean(inputs, values, work);
        const tests = testTrain.data.length / n;
        const mean = axes.toOutputs(apart(moved, tests, c, values.length), testTrain.rows, shape);
        const covariances: Float64Array[] = [];
        if (testTests) {
          const testTest = axes.kernel(
            'the nngp of xTest',
            given(where, testTests, 'nngp'),
            'test-test',
          ).data;
          const prior =
            field === 'nngp' ? null : { trainTrain: raw.get('nngp')!, testTrain: read('nngp').data };
          for (const time of values) {
            covariances.push(await posteriorCovariance(inputs, testTest, prior, time, work));
          }
        }
        const covariance = testTests ? axes.toCovariances(covariances, testTrain.rows, shape) : null;
        all[field] = { mean, covariance };
      }
    }
    return (typeof get === 'string' ? all[get] : all) as EnsemblePrediction<Options>;
  };
}

function given(
  where: string,
  kernels: { readonly [Field in GramField]?: AnyArray },
  field: GramField,
): AnyArray {
  const kernel = kernels[field];
  if (kernel !== undefined) return kernel;
  throw new RangeError(
    `${where}: kernel must return { ${field} } when asked for it, got ${describe(kernels)}.`,
  );
}
