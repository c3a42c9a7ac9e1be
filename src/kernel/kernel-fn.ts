import * as tf from '@tensorflow/tfjs';
import { checkOptions } from '../check-options.js';
import { ShapeError, UnsupportedError } from '../errors.js';
import type { CovarianceField, Executor, Source } from '../program/executor.js';
import { checkInputs, checkNotDisposed } from './check-input.js';
import { type ExecutorName, executorFor } from './executors.js';
import { fieldsOf, type Get, type Got, select } from './get.js';
import { isKernel, type Kernel } from './kernel.js';
import { registerKernel, type Traceable, type Traced, type TraceStart, trace } from './trace.js';
import { mapTree, type TreeLike } from './tree.js';

/** Options of a kernel function. */
export interface KernelOptions {
  /** Who evaluates: by default `engine` where tensors live in the CPU's memory, `tf` on GPUs. */
  readonly executor?: ExecutorName;
}

/**
 * The covariance (NNGP) and tangent kernel (NTK) of an infinitely wide network between samples `x1`
 * `[n1, …spatial, channels]` and `x2` `[n2, …spatial, channels]`; `x2` null or absent: between those of `x1`.
 *
 * `get` names what to compute: `'nngp'`, `'ntk'` or another field of `Kernel` gives its value, a list of fields a
 * record of them; without it the whole `Kernel` comes. Instead of `x1` it takes the `Kernel` that another network
 * returned, and gives that of both networks in a row. A network that ends in branches gives a list, one entry per branch.
 *
 * Results are float32 tensors, differentiable with `tf.grad`; the caller owns them.
 *
 * @throws ShapeError when inputs have the wrong rank, differ in the shape of their samples, are empty, or do not fit the network.
 * @throws NonFiniteError when an input holds NaN or an infinity.
 * @throws DisposedError when an input was disposed of.
 * @throws UnsupportedError when the network has no exact kernel.
 * @throws RangeError for a `get` with unknown, repeated or no fields.
 */
export type KernelFn<Out = tf.Tensor> = <const G extends Get = undefined>(
  x1: tf.Tensor | Kernel,
  x2?: tf.Tensor | null,
  get?: G,
  options?: KernelOptions,
) => TreeLike<Out, Got<G>>;

const covarianceFields: readonly CovarianceField[] = ['nngp', 'ntk', 'cov1', 'cov2'];

/** Makes the kernel function of a layer, which `programOf` then knows. */
export function makeKernelFn<Out>(layer: Traceable): KernelFn<Out> {
  const evaluate = (
    x1: tf.Tensor | Kernel,
    x2: tf.Tensor | null = null,
    get?: Get,
    options: KernelOptions = {},
  ): unknown => {
    checkOptions('kernel', options, ['executor']);
    const fields = fieldsOf(get);
    const want = covarianceFields.filter((field) => fields.includes(field));
    const outputs = (): unknown => {
      const run = isKernel(x1) ? runOnKernel(x1, x2) : runOnTensors(x1, x2, options);
      return mapTree<Traced, unknown>(trace(layer, run.start), (traced) => {
        const covariances =
          want.length === 0 ? {} : covariancesOf(traced, run, executorOf(traced, run, options), want);
        return select({ ...covariances, ...facts(traced, run) } as Kernel, get);
      });
    };
    return tf.tidy(outputs as () => tf.TensorContainer);
  };
  const kernel = evaluate as KernelFn<Out>;
  registerKernel(kernel, layer);
  return kernel;
}

/** One call of a kernel function, whatever it was called on. */
interface Run {
  readonly start: TraceStart;
  readonly source: Source;
  readonly executor: Executor;
  readonly n1: number;
  readonly n2: number;
  readonly x1IsX2: boolean;
  /** Whether cov2 is cov1 and not null, though the source has no x2. */
  readonly repeatsCov1: boolean;
}

/** The run's executor; if the caller named none, `tf` for Programs that hold functions of the user's own. */
function executorOf({ program }: Traced, run: Run, options: KernelOptions): Executor {
  const own = program.ops.some((op) => op.op === 'activation' && op.fn === 'own');
  return own && options.executor === undefined ? executorFor('tf') : run.executor;
}

/** The wanted covariances; of samples with themselves, cov2 is made of cov1. */
function covariancesOf(
  { program }: Traced,
  { source, repeatsCov1 }: Run,
  executor: Executor,
  want: readonly CovarianceField[],
): Partial<Record<CovarianceField, tf.Tensor | null>> {
  if (!repeatsCov1 || !want.includes('cov2')) return executor.evaluate(program, source, want);
  const others = want.filter((field) => field !== 'cov1' && field !== 'cov2');
  const covariances = executor.evaluate(program, source, [...others, 'cov1']);
  return { ...covariances, cov2: tf.clone(covariances.cov1!) };
}

function runOnTensors(x1: tf.Tensor, x2: tf.Tensor | null, options: KernelOptions): Run {
  requireTensor('x1', x1);
  if (x2 !== null) requireTensor('x2', x2);
  checkInputs('kernel', x1, x2);
  return {
    start: { from: 'inputs', shape: x1.shape.slice(1) },
    source: { x1: x1.toFloat(), x2: x2 === null || x2 === x1 ? null : x2.toFloat() },
    repeatsCov1: x2 === x1,
    executor: executorFor(options.executor),
    n1: x1.shape[0],
    n2: (x2 ?? x1).shape[0],
    x1IsX2: x2 === null || x2 === x1,
  };
}

function requireTensor(name: string, x: tf.Tensor): void {
  if (!(x instanceof tf.Tensor)) {
    throw new TypeError(
      `kernel: ${name} must be a tensor or a Kernel, got ${Array.isArray(x) ? 'an array' : typeof x}. Pass e.g. tf.tensor2d(…).`,
    );
  }
}

function runOnKernel(given: Kernel, x2: tf.Tensor | null): Run {
  if (x2 !== null) {
    throw new UnsupportedError(
      'kernel: x2 must be absent when the first argument is a Kernel, got a tensor.',
    );
  }
  const [[n1, ...shape], [n2, ...shape2]] = [given.shape1, given.shape2];
  if (String(shape) !== String(shape2)) {
    throw new ShapeError(
      `kernel: shape1 and shape2 of a Kernel may differ in the batch alone, got [${given.shape1}] and [${given.shape2}].`,
    );
  }
  for (const field of covarianceFields) {
    const value = given[field];
    if (value) checkNotDisposed('kernel', field, value);
  }
  return {
    start: { from: 'given', shape, isGaussian: given.isGaussian },
    source: { given: given.x1IsX2 ? { ...given, cov2: null } : given },
    repeatsCov1: given.x1IsX2 && given.cov2 !== null,
    // Covariances that a caller brings have no inputs for the engine to start from.
    executor: executorFor('tf'),
    n1,
    n2,
    x1IsX2: given.x1IsX2,
  };
}

/** The fields of a kernel that need no numbers. */
function facts({ shape, isGaussian }: Traced, { n1, n2, x1IsX2 }: Run): Omit<Kernel, CovarianceField> {
  return {
    x1IsX2,
    isGaussian,
    isReversed: false,
    isInput: false,
    diagonalBatch: true,
    diagonalSpatial: false,
    shape1: [n1, ...shape],
    shape2: [n2, ...shape],
    batchAxis: 0,
    channelAxis: shape.length,
    mask1: null,
    mask2: null,
  };
}
