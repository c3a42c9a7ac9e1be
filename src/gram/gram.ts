import type { Matrix } from 'ml-matrix';
import { type AnyArray, readMatrix } from '../base/any-array.js';
import { checkOptions } from '../base/check-options.js';
import { checkSignal } from '../base/check-signal.js';
import { NonFiniteError, ShapeError } from '../base/errors.js';
import { firstNonFinite } from '../base/first-non-finite.js';
import { rowMajor, takeRowMajor } from '../base/matrix.js';
import type { Dtype, FloatArray, NdArray } from '../base/nd-array.js';
import { defaultThreads } from '../executors/engine/index.js';
import { checkInputs, readInputs } from '../inputs/check-input.js';
import {
  checkMaskConstant,
  factsOf,
  masksOf,
  type Pattern,
  pairOfPatterns,
  type SampleOptions,
  sampleOptionNames,
  zeroMasked,
} from '../inputs/read-samples.js';
import { engineRows, inputGradients } from '../inputs/rows.js';
import { callersArrays, standardInputs } from '../inputs/standard-inputs.js';
import type { NetworkKernel } from '../tracing/trace.js';
import { layerOf } from '../tracing/trace.js';
import { leavesOf, mapTree, type Shape, type Tree, type TreeLike } from '../tracing/tree.js';
import { pairExecutorFor } from './pair-executor.js';
import { checkField, checkPrecisionAndThreads, pairProgram } from './pair-program.js';

/** A covariance that is one number for each pair of samples. */
export type GramField = 'nngp' | 'ntk';

/** How a Gram matrix is computed. */
export interface ComputeOptions {
  /** Precision of the kernel. Default `'float64'`; `'float32'` is about twice as fast. */
  readonly dtype?: Dtype;
  /** Worker threads. Default: one a core. The result's bits do not depend on it. */
  readonly threads?: number;
  /** Stops the work; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called as blocks come in, with the pairs done and the pairs in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

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

const computeOptions = ['dtype', 'threads', 'signal', 'onProgress'] as const;

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
  checkOptions('gram', options, ['get', 'as', 'block', ...computeOptions, ...sampleOptionNames]);
  const fields = [options.get].flat() as GramField[];
  if (fields.length === 0) throw new RangeError("gram: get must name at least one field, e.g. 'ntk'.");
  for (const field of fields) checkField('gram', field);
  const as: string = options.as ?? 'matrix';
  if (as !== 'matrix' && as !== 'array') {
    throw new RangeError(`gram: as must be 'matrix' or 'array', got '${as}'.`);
  }
  const { executor, program, rows1, rows2, same, run } = prepare('gram', kernel, x1, x2, options);
  if (options.block && !(options.block.rows >= 1 && options.block.columns >= 1)) {
    throw new RangeError(
      `gram: block needs rows and columns of at least 1, got ${JSON.stringify(options.block)}.`,
    );
  }
  const result = await executor.gram(program, rows1, same ? null : rows2, {
    ...run,
    fields,
    resultDtype: as === 'matrix' ? 'float64' : run.dtype,
    block: options.block,
  });
  const shape = [rows1.count, (rows2 ?? rows1).count] as const;
  const value = (field: GramField) => {
    const data = result[field]!;
    checkRange(field, data, shape[1], run.dtype);
    return as === 'array' ? { shape, data } : takeRowMajor(data as Float64Array, ...shape);
  };
  const values = Array.isArray(options.get)
    ? Object.fromEntries(fields.map((field) => [field, value(field)]))
    : value(fields[0]);
  return values as GramResult<Get, As, D>;
}

/** Options of `gramVjp`. */
export interface GramVjpOptions extends ComputeOptions, SampleOptions {}

/** Cotangents of a Gram matrix's fields, `[n1, n2]` each. */
export interface GramCotangents {
  readonly nngp?: AnyArray;
  readonly ntk?: AnyArray;
}

/** Gradients in the shapes of the inputs; lists of them for lists of inputs. */
export interface GramGradients<X extends Tree<AnyArray> = AnyArray> {
  readonly x1: TreeLike<X, NdArray<Float64Array>>;
  readonly x2: TreeLike<X, NdArray<Float64Array>> | null;
}

/**
 * Gradients of Σ cotangents.nngp ∘ nngp + Σ cotangents.ntk ∘ ntk in the inputs: the vector–Jacobian product of
 * `gram`. With `x2` null the gradient in `x1` is through both arguments.
 *
 * @throws ShapeError also when a cotangent is not `[n1, n2]`.
 * @throws RangeError also when neither cotangent is given.
 *
 * @remarks About three times the time of `gram`. Where two positions' inputs are parallel the derivative of a
 * ReLU's angle is taken as 0. In float32, gradients of nearly parallel inputs lose digits.
 */
export async function gramVjp<const X extends Tree<AnyArray>>(
  kernel: NetworkKernel,
  x1: X,
  x2: X | null,
  cotangents: GramCotangents,
  options: GramVjpOptions = {},
): Promise<GramGradients<X>> {
  checkOptions('gramVjp', options, [...computeOptions, ...sampleOptionNames]);
  if (!cotangents?.nngp && !cotangents?.ntk) {
    throw new RangeError('gramVjp: needs a cotangent of nngp, of ntk, or of both, got neither.');
  }
  const { executor, program, rows1, rows2, same, gradientOf, run } = prepare(
    'gramVjp',
    kernel,
    x1,
    x2,
    options,
  );
  const [n1, n2] = [rows1.count, (rows2 ?? rows1).count];
  const flat = (field: GramField): FloatArray | null => {
    const cotangent = cotangents[field];
    if (!cotangent) return null;
    const matrix = readMatrix('gramVjp', `the cotangent of ${field}`, cotangent);
    if (matrix.rows !== n1 || matrix.columns !== n2) {
      throw new ShapeError(
        `gramVjp: the cotangent of ${field} must be [${n1}, ${n2}], got [${matrix.rows}, ${matrix.columns}].`,
      );
    }
    return rowMajor(matrix);
  };
  const cotangent = { nngp: flat('nngp'), ntk: flat('ntk') };
  const gradients = await executor.vjp(program, rows1, rows2, cotangent, {
    ...run,
    same,
    sides: { x1: true, x2: true },
  });
  type Gradient = TreeLike<X, NdArray<Float64Array>>;
  return {
    x1: gradientOf('x1', gradients.x1!) as Gradient,
    x2: x2 && gradients.x2 && (gradientOf('x2', gradients.x2) as Gradient),
  };
}

/** Options of `ridgeVisit`. */
export interface RidgeVisitOptions extends ComputeOptions, SampleOptions {
  readonly get: GramField;
  /** Whether to compute the gradient in the supports. */
  readonly gradient?: boolean;
}

/** What one visit to all targets yields. */
export interface RidgeVisit<X extends Tree<AnyArray> = AnyArray> {
  /** ½·mean over targets and classes of (K_ts α − y)². */
  readonly loss: number;
  /** Targets whose largest prediction is at their largest label. */
  readonly correct: number;
  /** K_tsᵀ G `[n, C]`, with G = (K_ts α − y)/(N·C). */
  readonly kTg: Matrix;
  /** Gradient of the loss in the support images through K_ts, α held fixed. */
  readonly supportGradient: TreeLike<X, NdArray<Float64Array>> | null;
}

/**
 * Ridge regression's residuals on a set of targets, each block of targets visited once: kernel block, residual,
 * its cotangent and that one's gradient are done where the block is, and K_ts never exists as a whole.
 *
 * @param support `[n, …]`. @param targets `[N, …]`. @param alpha `[n, C]`. @param labels `[N, C]`.
 * @throws ShapeError also when `alpha` or `labels` do not fit.
 */
export async function ridgeVisit<const X extends Tree<AnyArray>>(
  kernel: NetworkKernel,
  support: X,
  targets: X,
  alpha: AnyArray,
  labels: AnyArray,
  options: RidgeVisitOptions,
): Promise<RidgeVisit<X>> {
  checkOptions('ridgeVisit', options, ['get', 'gradient', ...computeOptions, ...sampleOptionNames]);
  checkField('ridgeVisit', options.get);
  const { executor, program, rows1, rows2, same, gradientOf, run } = prepare(
    'ridgeVisit',
    kernel,
    support,
    targets,
    options,
  );
  const [a, y] = [readMatrix('ridgeVisit', 'alpha', alpha), readMatrix('ridgeVisit', 'labels', labels)];
  const classes = a.columns;
  if (a.rows !== rows1.count || y.rows !== rows2!.count || y.columns !== classes) {
    throw new ShapeError(
      `ridgeVisit: ${rows1.count} supports and ${rows2!.count} targets need alpha [${rows1.count}, C] and labels ` +
        `[${rows2!.count}, C], got [${a.rows}, ${classes}] and [${y.rows}, ${y.columns}].`,
    );
  }
  const sums = await executor.ridge(program, rows1, rows2!, {
    ...run,
    same,
    field: options.get,
    classes,
    alpha: rowMajor(a),
    labels: rowMajor(y),
    scale: 1 / (rows2!.count * classes),
    gradient: options.gradient ?? false,
  });
  return {
    loss: sums.loss,
    correct: sums.correct,
    kTg: takeRowMajor(sums.kG, rows1.count, classes),
    supportGradient: sums.x1 && (gradientOf('x1', sums.x1) as TreeLike<X, NdArray<Float64Array>>),
  };
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

/** Checks the arguments that all functions here share, and brings the samples into the engine's form. */
function prepare(
  where: string,
  kernel: NetworkKernel,
  x1: Tree<AnyArray>,
  given2: Tree<AnyArray> | null | undefined,
  options: ComputeOptions & SampleOptions,
) {
  const { dtype = 'float64', threads = defaultThreads(), signal, onProgress, maskConstant } = options;
  const x2 = given2 ?? null;
  checkPrecisionAndThreads(where, dtype, threads);
  checkMaskConstant(where, maskConstant);
  checkSignal(where, signal);
  const { axes } = layerOf(kernel, where);
  const read = (name: string, x: Tree<AnyArray>) => {
    const standard = standardInputs(where, axes, readInputs(where, name, x));
    return { standard, inputs: zeroMasked(standard, maskConstant) };
  };
  const side1 = read('x1', x1);
  const side2 = x2 === x1 ? side1 : x2 && read('x2', x2);
  checkInputs(where, side1.inputs, side2?.inputs ?? null);
  const shapes = mapTree<NdArray, Shape>(side1.inputs, ({ shape }) => shape.slice(1));
  const masked = maskConstant !== undefined;
  const [pattern1, pattern2] = pairOfPatterns(where, options, x2 === null);
  const hasPattern = pattern1 !== null;
  const { program, row } = pairProgram(where, kernel, shapes, {
    ...(masked && { masked }),
    ...(hasPattern && { hasPattern }),
  });
  const rowsOf = ({ standard, inputs }: typeof side1, pattern: Pattern) =>
    engineRows(inputs, row, factsOf(where, standard, maskConstant, pattern), dtype);
  const rows1 = rowsOf(side1, pattern1);
  // The very same inputs with the very same patterns are the same samples; from here on this is an argument.
  const same = x2 === null || (side2 === side1 && pattern1 === pattern2);
  const rows2 = x2 === null ? null : same ? rows1 : rowsOf(side2!, pattern2);
  /** A gradient in rows of x1's or x2's inputs as one in these. */
  const gradientOf = (side: 'x1' | 'x2', data: Float64Array) => {
    const { standard, inputs } = side === 'x1' ? side1 : side2!;
    const gradient = inputGradients(inputs, row, data);
    if (masked) clearMasked(gradient, standard, maskConstant);
    return callersArrays(where, axes, gradient);
  };
  return {
    executor: pairExecutorFor(where, program, dtype),
    program,
    rows1,
    rows2,
    same,
    gradientOf,
    run: { dtype, threads, signal, onProgress },
  };
}

/** Sets the gradient in masked entries to 0: nothing depends on them. */
function clearMasked(gradient: Tree<NdArray>, x: Tree<NdArray>, maskConstant: number): void {
  const inputs = leavesOf(x);
  leavesOf(gradient).forEach(({ data }, index) => {
    let at = 0;
    for (const mask of masksOf(inputs[index], maskConstant)) {
      for (const entry of mask.data) {
        if (entry === 1) data[at] = 0;
        at++;
      }
    }
  });
}
