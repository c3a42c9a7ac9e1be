import * as tf from '@tensorflow/tfjs';
import { checkOptions } from '../check-options.js';
import { ShapeError, UnsupportedError } from '../errors.js';
import type { CovarianceField, Covariances, Executor, Source } from '../program/executor.js';
import type { RowLayout, SampleFacts } from '../program/row.js';
import { checkInputs, checkNotDisposed, eachNamed } from './check-input.js';
import { type ExecutorName, executorFor } from './executors.js';
import { fieldsOf, type Get, type Got, select } from './get.js';
import { isKernel, type Kernel } from './kernel.js';
import { tensorRows } from './rows.js';
import {
  type GivenStart,
  registerKernel,
  type Traceable,
  type Traced,
  type TraceStart,
  trace,
} from './trace.js';
import { leavesOf, mapTree, type Shape, type Tree, type TreeLike } from './tree.js';

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
 * returned, and gives that of both networks in a row. A network that ends in branches gives a list, one entry per branch; one
 * that begins with `parallel` takes lists of inputs (or of kernels), one entry per branch.
 *
 * Results are float32 tensors, differentiable with `tf.grad`; the caller owns them.
 *
 * @throws ShapeError when inputs have the wrong rank, differ in the shape of their samples, are empty, or do not fit the network.
 * @throws NonFiniteError when an input holds NaN or an infinity.
 * @throws DisposedError when an input was disposed of.
 * @throws UnsupportedError when the network has no exact kernel.
 * @throws RangeError for a `get` with unknown, repeated or no fields.
 */
export type KernelFn<Out = tf.Tensor, In = tf.Tensor> = <const G extends Get = undefined>(
  x1: In | TreeLike<In, Kernel>,
  x2?: In | null,
  get?: G,
  options?: KernelOptions,
) => TreeLike<Out, Got<G>>;

const covarianceFields: readonly CovarianceField[] = ['nngp', 'ntk', 'cov1', 'cov2'];

/** Makes the kernel function of a layer, which `programOf` then knows. */
export function makeKernelFn<Out, In>(layer: Traceable): KernelFn<Out, In> {
  const evaluate = (
    x1: Tree<tf.Tensor> | Tree<Kernel>,
    x2: Tree<tf.Tensor> | null = null,
    get?: Get,
    options: KernelOptions = {},
  ): unknown => {
    checkOptions('kernel', options, ['executor']);
    const fields = fieldsOf(get);
    const want = covarianceFields.filter((field) => fields.includes(field));
    const outputs = (): unknown => {
      const run = isKernels(x1) ? runOnKernels(x1, x2) : runOnTensors(x1 as Tree<tf.Tensor>, x2, options);
      const { row, outputs } = trace(layer, run.start);
      const source = run.sourceOf(row);
      return mapTree<Traced, unknown>(outputs, (traced) => {
        const covariances =
          want.length === 0 ? {} : covariancesOf(traced, source, run, executorOf(traced, run, options), want);
        return select({ ...covariances, ...facts(traced, run) } as Kernel, get);
      });
    };
    return tf.tidy(outputs as () => tf.TensorContainer);
  };
  const kernel = evaluate as unknown as KernelFn<Out, In>;
  registerKernel(kernel, layer);
  return kernel;
}

/** One call of a kernel function, whatever it was called on. */
interface Run {
  readonly start: TraceStart;
  /** What the Programs start from, given what their rows hold. */
  sourceOf(row: RowLayout): Source;
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
  source: Source,
  { repeatsCov1 }: Run,
  executor: Executor,
  want: readonly CovarianceField[],
): Partial<Record<CovarianceField, tf.Tensor | null>> {
  if (!repeatsCov1 || !want.includes('cov2')) return executor.evaluate(program, source, want);
  const others = want.filter((field) => field !== 'cov1' && field !== 'cov2');
  const covariances = executor.evaluate(program, source, [...others, 'cov1']);
  return { ...covariances, cov2: tf.clone(covariances.cov1!) };
}

function runOnTensors(x1: Tree<tf.Tensor>, x2: Tree<tf.Tensor> | null, options: KernelOptions): Run {
  eachNamed('x1', x1, requireTensor);
  if (x2 !== null) eachNamed('x2', x2, requireTensor);
  checkInputs('kernel', x1, x2);
  const [n1, n2] = [batchOf(x1), batchOf(x2 ?? x1)];
  const same = x2 !== null && sameLeaves(x1, x2);
  return {
    start: { from: 'inputs', shapes: mapTree<tf.Tensor, Shape>(x1, ({ shape }) => shape.slice(1)) },
    sourceOf: (row) => ({
      x1: tensorRows(x1, row, factsOf(n1)),
      x2: x2 === null || same ? null : tensorRows(x2, row, factsOf(n2)),
    }),
    repeatsCov1: same,
    executor: executorFor(options.executor),
    ...{ n1, n2, x1IsX2: x2 === null || same },
  };
}

const batchOf = (x: Tree<tf.Tensor>): number => leavesOf(x)[0].shape[0];

const factsOf = (count: number): SampleFacts[] => Array.from({ length: count }, () => ({ masks: [] }));

/** Whether two trees hold the very same leaves. */
function sameLeaves(a: Tree<object>, b: Tree<object>): boolean {
  const [left, right] = [leavesOf(a), leavesOf(b)];
  return left.length === right.length && left.every((leaf, i) => leaf === right[i]);
}

function requireTensor(x: tf.Tensor, name: string): void {
  if (!(x instanceof tf.Tensor)) {
    throw new TypeError(
      `kernel: ${name} must be a tensor or a Kernel, got ${typeof x}. Pass e.g. tf.tensor2d(…).`,
    );
  }
}

function isKernels(x: unknown): x is Tree<Kernel> {
  if (!Array.isArray(x)) return isKernel(x);
  return x.length > 0 && x.every(isKernels);
}

function runOnKernels(given: Tree<Kernel>, x2: Tree<tf.Tensor> | null): Run {
  if (x2 !== null) {
    throw new UnsupportedError(
      'kernel: x2 must be absent when the first argument is a Kernel, got a tensor.',
    );
  }
  const kernels = leavesOf(given);
  for (const kernel of kernels) checkKernel(kernel);
  const [{ shape1, shape2, cov2 }] = kernels;
  const [n1, n2] = [shape1[0], shape2[0]];
  if (kernels.some((kernel) => kernel.shape1[0] !== n1 || kernel.shape2[0] !== n2)) {
    throw new ShapeError(
      `kernel: all Kernels of a list must be of as many samples, got ` +
        `${kernels.map((kernel) => `${kernel.shape1[0]} and ${kernel.shape2[0]}`).join('; ')}.`,
    );
  }
  const x1IsX2 = kernels.every((kernel) => kernel.x1IsX2);
  return {
    start: {
      from: 'given',
      kernels: mapTree<Kernel, GivenStart>(given, (kernel) => ({
        shape: kernel.shape1.slice(1),
        isGaussian: kernel.isGaussian,
      })),
    },
    sourceOf: () => ({
      given: kernels.map(
        (kernel): Covariances => ({ ...kernel, cov2: x1IsX2 ? null : (kernel.cov2 ?? kernel.cov1) }),
      ),
    }),
    repeatsCov1: x1IsX2 && cov2 !== null,
    // Covariances that a caller brings have no inputs for the engine to start from.
    executor: executorFor('tf'),
    ...{ n1, n2, x1IsX2 },
  };
}

function checkKernel(given: Kernel): void {
  if (String(given.shape1.slice(1)) !== String(given.shape2.slice(1))) {
    throw new ShapeError(
      `kernel: shape1 and shape2 of a Kernel may differ in the batch alone, got [${given.shape1}] and [${given.shape2}].`,
    );
  }
  for (const field of covarianceFields) {
    const value = given[field];
    if (value) checkNotDisposed('kernel', field, value);
  }
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
