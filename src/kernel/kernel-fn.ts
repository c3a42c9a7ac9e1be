import * as tf from '#tf';
import { checkNotDisposed } from '../base/any-array.js';
import { ShapeError, UnsupportedError } from '../base/errors.js';
import { isTensor } from '../base/is-tensor.js';
import { sizeOf } from '../base/nd-array.js';
import { anything, type Complete, optional, readOptions } from '../base/options.js';
import { received } from '../base/received.js';
import type { Executor, Source } from '../executors/executor.js';
import { checkInputs, eachNamed } from '../inputs/check-input.js';
import {
  factsOf,
  factsOfMasks,
  masksOf,
  pairOfPatterns,
  type SampleOptions,
  sampleOptions,
  zeroMasked,
} from '../inputs/read-samples.js';
import { tensorRows } from '../inputs/rows.js';
import { standardInputs } from '../inputs/standard-inputs.js';
import { fromStandard, toStandard } from '../inputs/transpose.js';
import { batchSizes, mixesBatch } from '../program/batch-sizes.js';
import type { CovarianceField } from '../program/result.js';
import type { Mask, RowLayout, SampleFacts } from '../program/row.js';
import { type Axes, type AxesRequest, axesOptions, batchShapeOf, sampleShapeOf } from '../tracing/axes.js';
import type { SymbolicMask } from '../tracing/symbolic.js';
import {
  type GivenStart,
  type NetworkKernel,
  type Traceable,
  type Traced,
  type TraceStart,
  trace,
  withLayer,
} from '../tracing/trace.js';
import { leavesOf, mapTree, type Shape, type Tree, type TreeLike } from '../tracing/tree.js';
import { type ExecutorName, executorFor } from './executors.js';
import { fieldsOf, type Get, type Got, select } from './get.js';
import { givenCovariances, givenSide } from './given-covariances.js';
import { isKernel, type Kernel } from './kernel.js';
import {
  evaluate,
  type Layout,
  type LayoutOptions,
  layoutOf,
  layoutOptions,
  type Sources,
} from './layout.js';

/** Options of a kernel function. */
export interface KernelOptions extends SampleOptions, LayoutOptions {
  /** Who evaluates: by default `engine` where tensors live in the CPU's memory, `tf` on GPUs. */
  readonly executor?: ExecutorName;
  /** Axis of the inputs' samples, for a network none of whose layers asks for one; 0 by default. */
  readonly batchAxis?: number;
  /** Axis of the inputs' channels, likewise; −1, the last, by default. */
  readonly channelAxis?: number;
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
 * @throws NonFiniteError when an input holds NaN or an infinity that is not masked.
 * @throws DisposedError when an input was disposed of.
 * @throws UnsupportedError when the network has no exact kernel.
 * @throws RangeError for a `get` with unknown, repeated or no fields.
 */
export type KernelFn<Out = tf.Tensor, In = tf.Tensor> = NetworkKernel &
  (<const G extends Get = undefined>(
    x1: In | TreeLike<In, Kernel>,
    x2?: In | null,
    get?: G,
    options?: KernelOptions,
  ) => TreeLike<Out, Got<G>>);

const kernelOptions = {
  executor: optional(anything<ExecutorName>()),
  ...axesOptions,
  ...layoutOptions,
  ...sampleOptions,
};

type ReadOptions = Complete<typeof kernelOptions> & {
  /** The axes that the caller asks for; null: none, the network's own hold. */
  readonly axes: AxesRequest | null;
};

const covarianceFields: readonly CovarianceField[] = ['nngp', 'ntk', 'cov1', 'cov2'];

/** Makes the kernel function of a layer, which `programOf` then knows. */
export function makeKernelFn<Out, In>(layer: Traceable): KernelFn<Out, In> {
  const call = (
    x1: Tree<tf.Tensor> | Tree<Kernel>,
    x2: Tree<tf.Tensor> | null = null,
    get?: Get,
    given: KernelOptions = {},
  ): unknown => {
    const read = readOptions('kernel', given, kernelOptions);
    const { batchAxis, channelAxis } = read;
    const asksAxes = given.batchAxis !== undefined || given.channelAxis !== undefined;
    const options = { ...read, axes: asksAxes ? { batchAxis, channelAxis } : null };
    const fields = fieldsOf(get);
    const want = covarianceFields.filter((field) => fields.includes(field));
    const outputs = (): unknown => {
      const run = isKernels(x1)
        ? runOnKernels(x1, x2, options)
        : runOnTensors(layer, x1 as Tree<tf.Tensor>, x2, options);
      const { row, outputs } = trace(layer, run.start);
      const sources = run.sourcesOf(row);
      return mapTree<Traced, unknown>(outputs, (traced) => {
        const layout = layoutOf(traced.program, options, run.given);
        const executor = executorOf(traced, run, options);
        const covariances =
          want.length === 0 ? {} : covariancesOf(traced, sources, run, executor, want, layout);
        return select({ ...covariances, ...facts(traced, run, layout) } as Kernel, get);
      });
    };
    return tf.tidy(outputs as () => tf.TensorContainer);
  };
  return withLayer(call, layer) as unknown as KernelFn<Out, In>;
}

/** One call of a kernel function, whatever it was called on. */
interface Run {
  readonly start: TraceStart;
  /** What the Programs start from, given what their rows hold. */
  sourcesOf(row: RowLayout): Sources;
  /** The Kernels that it was called on, if any. */
  readonly given: readonly Kernel[];
  readonly executor: Executor;
  readonly n1: number;
  readonly n2: number;
  readonly x1IsX2: boolean;
  /** Whether cov2 is cov1 and not null, though the source has no x2. */
  readonly repeatsCov1: boolean;
  /** What is known of each sample of x1, and of x2's (null: x2 is absent). */
  readonly facts1: readonly SampleFacts[];
  readonly facts2: readonly SampleFacts[] | null;
}

/** The run's executor; if the caller named none, `tf` for Programs that the engine cannot run. */
function executorOf({ program }: Traced, run: Run, options: ReadOptions): Executor {
  const beyond = program.ops.some((op) => mixesBatch(op) || (op.op === 'activation' && op.fn === 'own'));
  return beyond && options.executor === undefined ? executorFor('tf') : run.executor;
}

/** The wanted covariances; of samples with themselves, cov2 is made of cov1. */
function covariancesOf(
  { program }: Traced,
  sources: Sources,
  { repeatsCov1 }: Run,
  executor: Executor,
  want: readonly CovarianceField[],
  layout: Layout,
): Partial<Record<CovarianceField, tf.Tensor | null>> {
  if (!repeatsCov1 || !want.includes('cov2')) return evaluate(executor, program, sources, want, layout);
  const others = want.filter((field) => field !== 'cov1' && field !== 'cov2');
  const covariances = evaluate(executor, program, sources, [...others, 'cov1'], layout);
  return { ...covariances, cov2: tf.clone(covariances.cov1!) };
}

function runOnTensors(
  layer: Traceable,
  given1: Tree<tf.Tensor>,
  given2: Tree<tf.Tensor> | null,
  options: ReadOptions,
): Run {
  eachNamed('x1', given1, requireTensor);
  if (given2 !== null) eachNamed('x2', given2, requireTensor);
  const axes = options.axes ?? layer.axes;
  const standard1 = standardInputs('kernel', axes, given1);
  const standard2 = given2 && standardInputs('kernel', axes, given2);
  const x1 = zeroMasked(standard1, options.maskConstant);
  const x2 = standard2 && zeroMasked(standard2, options.maskConstant);
  checkInputs('kernel', x1, x2);
  const [n1, n2] = [batchOf(x1), batchOf(x2 ?? x1)];
  const [pattern1, pattern2] = pairOfPatterns('kernel', options, given2 === null);
  const { maskConstant } = options;
  const same = given2 !== null && sameLeaves(given1, given2) && pattern1 === pattern2;
  const facts1 = factsOf('kernel', standard1, maskConstant, pattern1);
  const facts2 = standard2 && (same ? facts1 : factsOf('kernel', standard2, maskConstant, pattern2));
  return {
    start: {
      from: 'inputs',
      shapes: mapTree<tf.Tensor, Shape>(x1, ({ shape }) => shape.slice(1)),
      ...(options.axes && { axes: options.axes }),
      ...(maskConstant !== undefined && { masked: true }),
      ...(pattern1 !== null && { hasPattern: true }),
    },
    sourcesOf(row) {
      const rows1 = tensorRows(x1, row, facts1);
      const rows2 = x2 === null || same ? null : tensorRows(x2, row, facts2!);
      const pair = { x1: rows1, x2: rows2 };
      return { pair, x1: () => ({ x1: rows1 }), x2: () => rows2 && { x1: rows2 } };
    },
    given: [],
    repeatsCov1: same,
    executor: executorFor(options.executor),
    ...{ n1, n2, x1IsX2: x2 === null || same, facts1, facts2 },
  };
}

const batchOf = (x: Tree<tf.Tensor>): number => leavesOf(x)[0].shape[0];

/** Whether two trees hold the very same leaves. */
function sameLeaves(a: Tree<object>, b: Tree<object>): boolean {
  const [left, right] = [leavesOf(a), leavesOf(b)];
  return left.length === right.length && left.every((leaf, i) => leaf === right[i]);
}

function requireTensor(x: tf.Tensor, name: string): void {
  if (!isTensor(x)) {
    const remedy =
      typeof x === 'string'
        ? "Pass null for x2: kernel(x1, null, 'ntk')."
        : 'Pass e.g. tf.tensor2d(…); arrays and matrices go to gram.';
    throw new TypeError(`kernel: ${name} must be a tensor or a Kernel, ${received(x, remedy)}`);
  }
}

function isKernels(x: unknown): x is Tree<Kernel> {
  if (!Array.isArray(x)) return isKernel(x);
  return x.length > 0 && x.every(isKernels);
}

function runOnKernels(given: Tree<Kernel>, x2: Tree<tf.Tensor> | null, options: ReadOptions): Run {
  if (x2 !== null) {
    throw new UnsupportedError(
      'kernel: x2 must be absent when the first argument is a Kernel, got a tensor.',
    );
  }
  const kernels = leavesOf(given);
  for (const kernel of kernels) checkKernel(kernel);
  const [{ cov2 }] = kernels;
  const counts = kernels.map(({ shape1, shape2, batchAxis }) => [shape1[batchAxis], shape2[batchAxis]]);
  const [n1, n2] = counts[0];
  if (counts.some((own) => own[0] !== n1 || own[1] !== n2)) {
    throw new ShapeError(
      `kernel: all Kernels of a list must be of as many samples, got ` +
        `${counts.map((own) => `${own[0]} and ${own[1]}`).join('; ')}.`,
    );
  }
  const x1IsX2 = kernels.every((kernel) => kernel.x1IsX2);
  const [pattern1, pattern2] = pairOfPatterns('kernel', options, x1IsX2);
  const facts1 = factsOfMasks('kernel', n1, masksOfKernels(kernels, 'mask1'), pattern1);
  const facts2 = x1IsX2 ? null : factsOfMasks('kernel', n2, masksOfKernels(kernels, 'mask2'), pattern2);
  return {
    start: {
      from: 'given',
      ...(pattern1 !== null && { hasPattern: true }),
      kernels: mapTree<Kernel, GivenStart>(given, (kernel) => ({
        shape: sampleShapeOf(kernel.shape1, kernel),
        isGaussian: kernel.isGaussian,
        batchAxis: kernel.batchAxis,
        channelAxis: kernel.channelAxis,
        mask: kernel.mask1 && sampleShapeOf(kernel.mask1.shape, kernel),
      })),
    },
    sourcesOf(row) {
      const rows1 = tensorRows([], row, facts1);
      const rows2 = facts2 && tensorRows([], row, facts2);
      const side = (rows: tf.Tensor, cov: 'cov1' | 'cov2'): Source => ({
        x1: rows,
        given: kernels.map((kernel) => givenSide(kernel, cov)),
      });
      return {
        pair: { x1: rows1, x2: rows2, given: kernels.map((kernel) => givenCovariances(kernel, x1IsX2)) },
        x1: () => side(rows1, 'cov1'),
        x2: () => rows2 && side(rows2, 'cov2'),
      };
    },
    given: kernels,
    repeatsCov1: x1IsX2 && cov2 !== null,
    // Covariances that a caller brings have no inputs for the engine to start from.
    executor: executorFor('tf'),
    ...{ n1, n2, x1IsX2, facts1, facts2 },
  };
}

/** The masks of one side of those Kernels that have some, of each sample. */
function masksOfKernels(kernels: readonly Kernel[], side: 'mask1' | 'mask2'): Mask[][] {
  return kernels.flatMap((kernel) => {
    const mask = kernel[side] ?? kernel.mask1;
    return mask ? [masksOf(toStandard(mask, kernel), 1)] : [];
  });
}

function checkKernel(given: Kernel): void {
  if (String(sampleShapeOf(given.shape1, given)) !== String(sampleShapeOf(given.shape2, given))) {
    throw new ShapeError(
      `kernel: shape1 and shape2 of a Kernel may differ in the batch alone, got [${given.shape1}] and [${given.shape2}].`,
    );
  }
  for (const field of covarianceFields) {
    const value = given[field];
    if (value) checkNotDisposed('kernel', field, value);
  }
}

/** The fields of a kernel beside its covariances. */
function facts(traced: Traced, run: Run, layout: Layout): Omit<Kernel, CovarianceField> {
  const { program, shape, isGaussian, batchAxis, channelAxis, mask } = traced;
  const [out1, out2] = [run.n1, run.n2].map((n) => batchSizes(program, n)[program.output]);
  return {
    x1IsX2: run.x1IsX2,
    isGaussian,
    isReversed: false,
    isInput: false,
    diagonalBatch: layout.diagonalBatch,
    diagonalSpatial: layout.positions === 'equal' && shape.length > 1,
    shape1: batchShapeOf(out1, shape, traced),
    shape2: batchShapeOf(out2, shape, traced),
    batchAxis,
    channelAxis,
    mask1: mask && maskTensor(mask, run.facts1, traced),
    mask2: mask && run.facts2 && maskTensor(mask, run.facts2, traced),
  };
}

/** The masks of samples, with their axes where the activations have theirs. */
function maskTensor(mask: SymbolicMask, facts: readonly SampleFacts[], axes: Axes): tf.Tensor {
  const size = sizeOf(mask.shape);
  const data = new Uint8Array(facts.length * size);
  facts.forEach((sample, i) => {
    data.set(mask.evaluate(sample).data, i * size);
  });
  return fromStandard(tf.tensor(data, [facts.length, ...mask.shape], 'bool'), axes);
}
