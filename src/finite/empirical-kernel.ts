import type * as tf from '#tf';
import type { AnyArray } from '../base/any-array.js';
import type { NdArray } from '../base/nd-array.js';
import { type Option, readOptions } from '../base/options.js';
import { describe } from '../base/received.js';
import type { Params } from '../stax/layer/params.js';
import type { Tree } from '../tracing/tree.js';
import {
  computeKernels,
  type EmpiricalField,
  type EmpiricalNtkOptions,
  type EmpiricalOptions,
  empiricalNtkOptions,
  empiricalOptions,
} from './kernels.js';
import type { NetworkFunction } from './network-function.js';

/** Options of `empiricalKernel`. */
export interface EmpiricalKernelOptions<Get extends EmpiricalField | readonly EmpiricalField[]>
  extends EmpiricalNtkOptions {
  /** Which kernel, or a list of them. */
  readonly get: Get;
}

/** One kernel, or a record of those asked for. */
export type EmpiricalResult<Get extends EmpiricalField | readonly EmpiricalField[]> =
  Get extends readonly (infer F)[]
    ? { readonly [Field in F & EmpiricalField]: NdArray<Float64Array> }
    : NdArray<Float64Array>;

/**
 * The tangent kernel of a finite network at given parameters: Θ(x1, x2) = Σ_θ ∂f(x1)/∂θ · ∂f(x2)/∂θ.
 *
 * Of outputs `[n, o1, …]` it has shape `[n1, n2, o1, o1, …]`, each axis twice, but for `traceAxes` (averaged over: by default the
 * last, so that networks with outputs `[n, C]` have a kernel `[n1, n2]`) and `diagonalAxes` (once).
 *
 * @param f any function of parameters and inputs: a layer's `apply`, or `networkFunction(model).apply`.
 * @param params where to differentiate: float32 tensors in lists and records.
 * @param x1 `[n1, …]`, a tensor or array; lists of such for networks with several inputs. @param x2 `[n2, …]`; null: x1 itself,
 *   of which one triangle is computed.
 * @returns float64, products summed in float64; derivatives are tfjs's, in float32.
 * @throws ShapeError when inputs or outputs misfit, or an axis does not exist. @throws UnsupportedError when params hold
 *   nothing to differentiate in, or the network mixes samples and `vmapAxes` is not null.
 * @throws NonFiniteError when an input or a result is NaN or infinite. @throws RangeError for a block below 1.
 * @remarks n·O reverse passes for n samples with O outputs (with several blocks: those of each column for each row),
 *   and n1·n2·O·P products for P parameters. Memory: the derivatives of two blocks.
 * @source R. Novak et al., Fast finite width neural tangent kernel, 2022, https://arxiv.org/abs/2206.08720, sections 3.1 and 3.2.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { empiricalNtk, random, stax } from 'neural-tangents';
 * const { init, apply } = stax.serial(stax.Dense(32), stax.Relu(), stax.Dense(3));
 * const x = tf.tensor2d([[1, 2], [2, -1]]);
 * const [, params] = init(random.key(0), x.shape);
 * const ntk = await empiricalNtk(apply, params, x, null);
 * console.log(ntk.shape); // [ 2, 2 ]
 * ```
 */
export async function empiricalNtk<In extends Tree<tf.Tensor>>(
  f: NetworkFunction<In>,
  params: Params,
  x1: Tree<AnyArray>,
  x2: Tree<AnyArray> | null,
  options: EmpiricalNtkOptions = {},
): Promise<NdArray<Float64Array>> {
  const read = readOptions('empiricalNtk', options, empiricalNtkOptions);
  return (await computeKernels('empiricalNtk', f, params, x1, x2, ['ntk'], read)).ntk!;
}

/**
 * The covariance of a finite network's outputs at given parameters, f(x1)·f(x2)ᵀ: of outputs `[n, o1, …]` it has shape
 * `[n1, n2, o1, o1, …]` but for `traceAxes` (averaged over) and `diagonalAxes` (once), as `empiricalNtk`.
 *
 * @throws ShapeError, UnsupportedError, NonFiniteError, RangeError as `empiricalNtk` does.
 */
export async function empiricalNngp<In extends Tree<tf.Tensor>>(
  f: NetworkFunction<In>,
  params: Params,
  x1: Tree<AnyArray>,
  x2: Tree<AnyArray> | null,
  options: EmpiricalOptions = {},
): Promise<NdArray<Float64Array>> {
  const read = readOptions('empiricalNngp', options, empiricalOptions);
  // Which implementation the NTK has does not matter here.
  const computing = readOptions<EmpiricalNtkOptions, typeof empiricalNtkOptions>(
    'empiricalNngp',
    read,
    empiricalNtkOptions,
  );
  return (await computeKernels('empiricalNngp', f, params, x1, x2, ['nngp'], computing)).nngp!;
}

/**
 * `empiricalNngp`, `empiricalNtk`, or a record of both, as `get` says.
 *
 * @throws ShapeError, UnsupportedError, NonFiniteError, RangeError as `empiricalNtk` does.
 *
 * @example A model of tfjs
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { empiricalKernel, networkFunction } from 'neural-tangents';
 * const model = tf.sequential();
 * model.add(tf.layers.dense({ units: 16, activation: 'tanh', inputShape: [2] }));
 * model.add(tf.layers.dense({ units: 1 }));
 * const { apply, params } = networkFunction(model);
 * const x = tf.tensor2d([[1, 2], [2, -1]]);
 * const { nngp, ntk } = await empiricalKernel(apply, params, x, null, { get: ['nngp', 'ntk'] });
 * console.log(nngp.shape, ntk.data[1] === ntk.data[2]); // [ 2, 2 ] true
 * ```
 */
export async function empiricalKernel<
  In extends Tree<tf.Tensor>,
  const Get extends EmpiricalField | readonly EmpiricalField[],
>(
  f: NetworkFunction<In>,
  params: Params,
  x1: Tree<AnyArray>,
  x2: Tree<AnyArray> | null,
  options: EmpiricalKernelOptions<Get>,
): Promise<EmpiricalResult<Get>> {
  const where = 'empiricalKernel';
  const { get, ...read } = readOptions(where, options, { ...empiricalNtkOptions, get: empiricalFields });
  const result = await computeKernels(where, f, params, x1, x2, get, read);
  return (Array.isArray(options.get) ? result : result[get[0]]) as EmpiricalResult<Get>;
}

/** Which kernel, or a list of them; as a list. */
export const empiricalFields: Option<readonly EmpiricalField[]> = (given, where, name) => {
  const fields = [given].flat() as EmpiricalField[];
  if (fields.length === 0)
    throw new RangeError(`${where}: ${name} must name at least one field, e.g. 'ntk'.`);
  for (const field of fields) {
    if (field === 'nngp' || field === 'ntk') continue;
    throw new RangeError(
      `${where}: ${name} must be 'nngp', 'ntk' or a list of these, got ${describe(field)}.`,
    );
  }
  return fields;
};
