import type { AnyArray } from '../base/any-array.js';
import type { NdArray } from '../base/nd-array.js';
import { Flow } from './flow.js';
import type { KernelMatrix } from './output-axes.js';
import type { SymmetricKernel } from './symmetric-kernel.js';
import type { Work } from './work.js';

/** A Gaussian over outputs, the same covariance for each entry of traced axes. */
export interface Gaussian<Covariance = NdArray<Float64Array> | null> {
  /** `[…t, N, …, outputs]`. */
  readonly mean: NdArray<Float64Array>;
  /** As a kernel's axes are, `[…t, N, N, …]`, exactly symmetric; null unless asked for. */
  readonly covariance: Covariance;
}

/** One value for a single kind, a record for a list of kinds; both `nngp` and `ntk` where `get` is absent. */
export type ByKind<Kind extends string, Get, Value> = [Get] extends [readonly (infer K extends Kind)[]]
  ? { readonly [Name in K]: Value }
  : [Get] extends [Kind]
    ? Value
    : { readonly nngp: Value; readonly ntk: Value };

/** The kernels that a posterior is made of, by name. */
export interface KernelRecord<K = AnyArray> {
  readonly nngp?: K;
  readonly ntk?: K;
}

/** What a posterior at test inputs is made of, and which parts of it there are. */
export interface PosteriorInputs {
  /** Trained on: the kernel with its ridge. */
  readonly trained: SymmetricKernel;
  /** Kernel of test and training inputs of the same kind. */
  readonly testTrain: KernelMatrix;
  /** Targets `[n, c]`. */
  readonly y: Float64Array;
  readonly c: number;
  /** What a time counts as in exponents. */
  readonly rate: number;
}

/** The prior over functions before training, where it is of another kind than the kernel that training follows. */
export interface Prior {
  readonly trainTrain: Float64Array;
  readonly testTrain: Float64Array;
}

/** Means at each time, `[N, times·c]`: K_td A⁻¹(1 − e^(−Aτ/M)) y. */
export async function posteriorMean(
  { trained, testTrain, y, c, rate }: PosteriorInputs,
  times: readonly number[],
  work: Work,
): Promise<Float64Array> {
  const { n } = trained;
  const dual = await new Flow(trained, rate).dual(y, c, times, work);
  work.expect(1);
  return work.call('gemm', testTrain.data.length / n, times.length * c, n, testTrain.data, dual);
}

/**
 * The covariance `[N, N]` at a time.
 *
 * @param testTest the prior's covariance of test inputs
 * @param prior null: the prior is the kernel that training follows (all weights but the last are fixed: NNGP; or a Gaussian
 *   process with the NTK)
 */
export async function posteriorCovariance(
  { trained, testTrain, rate }: PosteriorInputs,
  testTest: Float64Array,
  prior: Prior | null,
  t: number,
  work: Work,
): Promise<Float64Array> {
  const { n } = trained;
  const tests = Math.sqrt(testTest.length);
  const trainTest = transposed(testTrain.data, tests, n);
  const flow = new Flow(trained, rate);
  const covariance = testTest.slice();
  if (prior === null) {
    const dual = await flow.dual(trainTest, tests, [2 * t], work);
    work.expect(1);
    const known = await work.call('gemm', tests, tests, n, testTrain.data, dual);
    known.forEach((value, i) => {
      covariance[i] -= value;
    });
    return symmetrized(covariance, tests);
  }
  // f_test(t) is linear in the prior's f_test and f_train: its covariance is that of f_test − Bᵀ f_train.
  const b = await flow.dual(trainTest, tests, [t], work);
  work.expect(3);
  const inner = await work.call('gemm', n, tests, n, prior.trainTrain, b);
  const own = await work.call('gemm', tests, tests, n, b, inner, { transposeA: true });
  const cross = await work.call('gemm', tests, tests, n, prior.testTrain, b);
  for (let i = 0; i < tests; i++) {
    for (let j = 0; j < tests; j++) {
      covariance[i * tests + j] += own[i * tests + j] - cross[i * tests + j] - cross[j * tests + i];
    }
  }
  return symmetrized(covariance, tests);
}

/** The mean of a matrix and its transpose: what rounding made unequal becomes equal. */
export function symmetrized(a: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) a[i * n + j] = a[j * n + i] = (a[i * n + j] + a[j * n + i]) / 2;
  }
  return a;
}

export function transposed(a: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = a[i * columns + j];
  return out;
}
