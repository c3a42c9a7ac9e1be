import type { Matrix } from 'ml-matrix';
import type { AnyArray } from '../base/any-array.js';
import { NonFiniteError } from '../base/errors.js';
import { firstNonFinite } from '../base/first-non-finite.js';
import { takeRowMajor } from '../base/matrix.js';
import type { Dtype, FloatArray, NdArray } from '../base/nd-array.js';
import { byDefault, oneOf, optional, readOptions } from '../base/options.js';
import { type SampleOptions, sampleOptions } from '../inputs/read-samples.js';
import type { NetworkKernel } from '../tracing/trace.js';
import type { Tree } from '../tracing/tree.js';
import { type ComputeOptions, computeOptions, fields, type GramField } from './compute-options.js';
import { readPairs } from './read-pairs.js';

/** Options of `gram`. */
export interface GramOptions<
  Get extends GramField | readonly GramField[],
  As extends 'matrix' | 'array' = 'matrix' | 'array',
  D extends Dtype = Dtype,
> extends ComputeOptions,
    SampleOptions {
  readonly dtype?: D;
  /** Which covariance, or a list of them. */
  readonly get: Get;
  /**
   * What comes back: `'matrix'` (default) a `Matrix`, whose numbers are float64; `'array'` an `NdArray` `[n1, n2]` in the
   * precision `dtype`, of which float32 takes half the memory.
   */
  readonly as?: As;
  /** Rows and columns of the blocks that the work is cut into. Default: about 20 ms of work each. */
  readonly block?: { readonly rows: number; readonly columns: number };
}

/** One matrix or array, or a record of those asked for. */
export type GramResult<
  Get extends GramField | readonly GramField[],
  As extends 'matrix' | 'array' = 'matrix',
  D extends Dtype = 'float64',
> = Get extends readonly (infer F)[]
  ? { readonly [Field in F & GramField]: GramValue<As, D> }
  : GramValue<As, D>;

/** A Gram matrix in the form that was asked for. */
export type GramValue<As extends 'matrix' | 'array', D extends Dtype> = As extends 'matrix'
  ? Matrix
  : NdArray<FloatArray<D>>;

/** Rows and columns of a block. */
type Block = { readonly rows: number; readonly columns: number };

const gramOptions = {
  get: fields,
  as: byDefault('matrix', oneOf(['matrix', 'array'])),
  block: optional<Block>((given, where, name) => {
    const { rows, columns } = given as Block;
    if (rows >= 1 && columns >= 1) return { rows, columns };
    throw new RangeError(
      `${where}: ${name} needs rows and columns of at least 1, got ${JSON.stringify(given)}.`,
    );
  }),
  ...computeOptions,
  ...sampleOptions,
};

/**
 * The Gram matrix `[n1, n2]` of a network's kernel between samples `x1` `[n1, …spatial, channels]` and `x2`
 * `[n2, …spatial, channels]`; `x2` null: of `x1` with itself, exactly symmetric. For networks with several inputs (those that
 * begin with `parallel`) x1 and x2 are lists of these.
 *
 * Runs on the engine's worker threads, block by block, in memory for the result, which exists once, and a few blocks.
 *
 * @param kernel the `kernel` of a network that ends in one position (Flatten, a global pool, or no spatial axes).
 * @throws ShapeError when inputs do not fit the network, or it leaves spatial axes.
 * @throws NonFiniteError when an input holds NaN or an infinity (that is not masked), or the kernel leaves the range of `dtype`.
 * @throws DisposedError when a tensor was disposed of.
 * @throws RangeError for an unknown field or precision, a number of threads below 1, or a result that this machine cannot hold;
 *   the message says its bytes and what else to do.
 *
 * @remarks `estimate` predicts time and memory; measured times are in `docs/performance.md`.
 *
 * @example
 * ```ts
 * import { gram, stax } from 'neural-tangents';
 * const net = stax.serial(stax.Dense(512), stax.Relu(), stax.Dense(1));
 * const x = { shape: [3, 2], data: new Float64Array([1, 0, 0, 1, 1, 1]) };
 * const k = await gram(net.kernel, x, null, { get: 'ntk' });
 * console.log(k.rows, k.columns, k.get(0, 1) === k.get(1, 0)); // 3 3 true
 * ```
 */
export async function gram<
  const Get extends GramField | readonly GramField[],
  const As extends 'matrix' | 'array' = 'matrix',
  const D extends Dtype = 'float64',
>(
  kernel: NetworkKernel,
  x1: Tree<AnyArray>,
  x2: Tree<AnyArray> | null,
  options: GramOptions<Get, As, D>,
): Promise<GramResult<Get, As, D>> {
  if (options === undefined && typeof x2 === 'object' && x2 !== null && 'get' in x2) {
    throw new TypeError(
      'gram: x2 is missing, got options in its place. Pass gram(kernel, x1, null, options).',
    );
  }
  const read = readOptions('gram', options, gramOptions);
  const { get: wanted, as, block } = read;
  const { executor, program, rows1, rows2, same, run, done } = readPairs('gram', kernel, x1, x2, read);
  const result = await executor.gram(program, rows1, same ? null : rows2, {
    ...run,
    fields: wanted,
    resultDtype: as === 'matrix' ? 'float64' : run.dtype,
    block,
  });
  done();
  const shape = [rows1.count, (rows2 ?? rows1).count] as const;
  const value = (field: GramField) => {
    const data = result[field]!;
    checkRange(field, data, shape[1], run.dtype);
    return as === 'array' ? { shape, data } : takeRowMajor(data as Float64Array, ...shape);
  };
  const values = Array.isArray(options.get)
    ? Object.fromEntries(wanted.map((field) => [field, value(field)]))
    : value(wanted[0]);
  return values as GramResult<Get, As, D>;
}

/** Refuses a kernel that overflowed: very deep or strongly weighted networks leave the range of their numbers. */
function checkRange(field: GramField, data: FloatArray, columns: number, dtype: Dtype): void {
  const bad = firstNonFinite(data);
  if (bad < 0) return;
  const remedy = dtype === 'float32' ? "Use dtype 'float64', or scale" : 'Scale';
  throw new NonFiniteError(
    `gram: the ${field} at [${Math.floor(bad / columns)},${bad % columns}] leaves the range of ${dtype}, got ` +
      `${data[bad]}. ${remedy} the inputs or wStd down.`,
  );
}
