import { type AnyArray, readArray } from '../base/any-array.js';
import { ShapeError } from '../base/errors.js';
import { anything, byDefault, type Option, optional, readOptions } from '../base/options.js';
import { describe } from '../base/received.js';
import { type WorkOptions, workOptions } from '../base/work-options.js';
import { gradientDescentMseOptions, type TraceAxesOptions } from './gradient-descent-mse.js';
import { type KernelMatrix, OutputAxes } from './output-axes.js';
import {
  type ByKind,
  type Gaussian,
  type KernelRecord,
  posteriorCovariance,
  posteriorMean,
} from './posterior.js';
import { type RegularizerOptions, regularized, regularizerOptions } from './regularizer.js';
import { SymmetricKernel } from './symmetric-kernel.js';
import { Work } from './work.js';

/**
 * Which posterior: `'nngp'`, the Bayesian one (or of training the last layer alone); `'ntk'`, of an ensemble of networks trained
 * to convergence; `'ntkgp'`, of a Gaussian process whose covariance is the NTK.
 */
export type PosteriorKind = 'nngp' | 'ntk' | 'ntkgp';

/** Options of {@link gpInference}. */
export interface GpInferenceOptions extends RegularizerOptions, TraceAxesOptions {}

/** What is to be inferred. */
export interface InferenceOptions extends WorkOptions {
  /** Which posterior, or a list of them; default both `'nngp'` and `'ntk'`. */
  readonly get?: PosteriorKind | readonly PosteriorKind[];
  /** KernelRecord `[N, n]` between test and training inputs; without them the posterior on training inputs: the targets. */
  readonly kTestTrain?: AnyArray | KernelRecord;
  /** KernelRecord `[N, N]` of test inputs; with them the covariance is computed as well. */
  readonly kTestTest?: AnyArray | KernelRecord;
}

/** One Gaussian, or a record of those asked for. */
export type Inferred<Options extends InferenceOptions> = ByKind<
  PosteriorKind,
  Options['get'],
  Gaussian<Options extends { readonly kTestTest: object } ? Gaussian['mean'] : null>
>;

/** Infers a posterior. */
export type GpPredictor = <const Options extends InferenceOptions>(
  options?: Options,
) => Promise<Inferred<Options>>;

const gpInferenceOptions = { traceAxes: gradientDescentMseOptions.traceAxes, ...regularizerOptions };

const kinds: readonly PosteriorKind[] = ['nngp', 'ntk', 'ntkgp'];

/** Which posterior, or a list of them. */
const posteriorKinds: Option<PosteriorKind | readonly PosteriorKind[]> = (given, where, name) => {
  for (const kind of [given].flat() as PosteriorKind[]) {
    if (kinds.includes(kind)) continue;
    throw new RangeError(
      `${where}: ${name} must be 'nngp', 'ntk' or 'ntkgp', or a list of these, got ${describe(kind)}.`,
    );
  }
  return given as PosteriorKind | readonly PosteriorKind[];
};

const inferenceOptions = {
  get: byDefault(['nngp', 'ntk'], posteriorKinds),
  kTestTrain: optional(anything<AnyArray | KernelRecord>()),
  kTestTest: optional(anything<AnyArray | KernelRecord>()),
  ...workOptions,
};

/** The kernel that training follows. */
const fieldOf = (kind: PosteriorKind) => (kind === 'nngp' ? 'nngp' : 'ntk');

/**
 * The posterior of a Gaussian process with a network's kernels, or of an ensemble of networks trained to convergence.
 *
 * With A = K + ridge·I, mean K_td A⁻¹ y and covariance K_tt − K_td A⁻¹ K_dt for `'nngp'`, the same with Θ in place of K for `'ntkgp'`.
 * For `'ntk'`, with A = Θ + ridge·I and B = A⁻¹ Θ_dt: mean Bᵀ y, covariance K_tt + Bᵀ K_dd B − (Bᵀ K_dt + its transpose).
 *
 * @param kTrainTrain kernels `[n, n]` of the training inputs, `{ nngp, ntk }`; one array where a single kind is asked for
 * @param yTrain targets `[n, …, outputs]`
 * @returns a function that infers at any test inputs; it keeps the factors
 * @throws ShapeError, NonFiniteError, RangeError, TypeError, UnsupportedError for arguments that do not fit;
 *   NotPositiveDefiniteError when a kernel with its ridge is singular.
 * @source Lee et al., "Deep neural networks as Gaussian processes" (2018); Lee et al., "Wide neural networks of any depth evolve as
 *   linear models under gradient descent" (2019), eq. 16
 * @remarks n³/3 operations a kernel, 2n²N for covariances of N test inputs; off the calling thread.
 * @example
 * ```ts
 * import { gpInference } from 'neural-tangents';
 * const nngp = { shape: [2, 2], data: Float64Array.of(2, 1, 1, 2) };
 * const y = { shape: [2, 1], data: Float64Array.of(1, -1) };
 * const predict = gpInference({ nngp }, y);
 * const kTestTrain = { nngp: { shape: [1, 2], data: Float64Array.of(2, 1) } };
 * const kTestTest = { nngp: { shape: [1, 1], data: Float64Array.of(2) } };
 * const { mean, covariance } = await predict({ get: 'nngp', kTestTrain, kTestTest });
 * console.log(mean.data[0].toFixed(6), Math.abs(covariance.data[0]) < 1e-12); // 1.000000 true
 * ```
 */
export function gpInference(
  kTrainTrain: AnyArray | KernelRecord,
  yTrain: AnyArray,
  options: GpInferenceOptions = {},
): GpPredictor {
  const where = 'gpInference';
  const { traceAxes, ...ridge } = readOptions(where, options, gpInferenceOptions);
  const axes = new OutputAxes(where, readArray(where, 'yTrain', yTrain).shape, traceAxes);
  const y = axes.outputs('yTrain', yTrain);
  const { n, c } = axes;
  const raw = new Map<string, KernelMatrix>();
  const factors = new Map<string, SymmetricKernel>();
  const trainTrain = (field: 'nngp' | 'ntk', kind: PosteriorKind, single: boolean): Float64Array => {
    const name = nameOf('kTrainTrain', kTrainTrain, field);
    const given = kernelOf(where, 'kTrainTrain', kTrainTrain, field, kind, single);
    if (!raw.has(name)) raw.set(name, axes.kernel(name, given, 'train-train'));
    return raw.get(name)!.data;
  };
  const factor = (field: 'nngp' | 'ntk', kind: PosteriorKind): SymmetricKernel => {
    const name = nameOf('kTrainTrain', kTrainTrain, field);
    const kernel = trainTrain(field, kind, true);
    if (!factors.has(name)) {
      factors.set(name, new SymmetricKernel(where, name, regularized(kernel, n, ridge), n));
    }
    return factors.get(name)!;
  };

  return async <const Options extends InferenceOptions>(asked?: Options) => {
    const { get, kTestTrain, kTestTest, ...following } = readOptions<
      InferenceOptions,
      typeof inferenceOptions
    >(where, asked ?? {}, inferenceOptions);
    const work = new Work(following);
    const infer = async (kind: PosteriorKind): Promise<Gaussian> => {
      const field = fieldOf(kind);
      if (kTestTrain === undefined) {
        const zero = () => axes.toCovariances([new Float64Array(n * n)], axes.keptSizes, []);
        return { mean: axes.toOutputs([y], axes.keptSizes, []), covariance: kTestTest ? zero() : null };
      }
      const testKernel = (source: 'nngp' | 'ntk', single: boolean) =>
        axes.kernel(
          nameOf('kTestTrain', kTestTrain, source),
          kernelOf(where, 'kTestTrain', kTestTrain, source, kind, single),
          'test-train',
        );
      const testTrain = testKernel(field, true);
      const inputs = { trained: factor(field, kind), testTrain, y, c, rate: 1 };
      const mean = axes.toOutputs([await posteriorMean(inputs, [Infinity], work)], testTrain.rows, []);
      if (kTestTest === undefined) return { mean, covariance: null };
      const priorField = kind === 'ntkgp' ? 'ntk' : 'nngp';
      const single = kind !== 'ntk';
      const testTest = axes.kernel(
        nameOf('kTestTest', kTestTest, priorField),
        kernelOf(where, 'kTestTest', kTestTest, priorField, kind, true),
        'test-test',
      );
      if (testTest.rows.join() !== testTrain.rows.join()) {
        throw new ShapeError(
          `${where}: kTestTest and kTestTrain must be of the same test inputs, got [${testTest.rows}] and [${testTrain.rows}].`,
        );
      }
      const prior = single
        ? null
        : { trainTrain: trainTrain('nngp', kind, false), testTrain: testKernel('nngp', false).data };
      const covariance = await posteriorCovariance(inputs, testTest.data, prior, Infinity, work);
      return { mean, covariance: axes.toCovariances([covariance], testTrain.rows, []) };
    };
    if (typeof get === 'string') return (await infer(get)) as Inferred<Options>;
    const all: Partial<Record<PosteriorKind, Gaussian>> = {};
    for (const kind of get) all[kind] = await infer(kind);
    return all as Inferred<Options>;
  };
}

const isRecord = (k: AnyArray | KernelRecord): k is KernelRecord => 'nngp' in k || 'ntk' in k;

const nameOf = (name: string, k: AnyArray | KernelRecord, field: string) =>
  isRecord(k) ? `${name}.${field}` : name;

/** A kernel of a record; an array by itself serves where one kind of kernel is enough. */
function kernelOf(
  where: string,
  name: string,
  k: AnyArray | KernelRecord,
  field: 'nngp' | 'ntk',
  kind: PosteriorKind,
  single: boolean,
): AnyArray {
  const given = isRecord(k) ? k[field] : single ? k : undefined;
  if (given !== undefined) return given;
  throw new RangeError(
    `${where}: '${kind}' needs ${name}.${field}. Pass { nngp, ntk }, e.g. gram(kernel, x1, x2, { get: ['nngp', 'ntk'] }).`,
  );
}
