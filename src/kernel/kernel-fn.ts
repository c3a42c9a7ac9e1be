import * as tf from '#tf';
import type { Executor } from '../executors/executor.js';
import { mixesBatch } from '../program/batch-sizes.js';
import type { CovarianceField } from '../program/result.js';
import { type NetworkKernel, type Traceable, type Traced, trace, withLayer } from '../tracing/trace.js';
import { mapTree, type Tree, type TreeLike } from '../tracing/tree.js';
import { callOnKernels } from './call-on-kernels.js';
import { callOnTensors } from './call-on-tensors.js';
import { executorFor } from './executors.js';
import { fieldsOf, type Get, type Got, select } from './get.js';
import { isKernel, type Kernel } from './kernel.js';
import type { KernelCall } from './kernel-call.js';
import { covarianceFields, otherFields } from './kernel-fields.js';
import { type KernelOptions, type ReadKernelOptions, readKernelOptions } from './kernel-options.js';
import { evaluate, type Layout, layoutOf, type Sources } from './layout.js';

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

/** Makes the kernel function of a layer, which `programOf` then knows. */
export function makeKernelFn<Out, In>(layer: Traceable): KernelFn<Out, In> {
  const kernel = (
    x1: Tree<tf.Tensor> | Tree<Kernel>,
    x2: Tree<tf.Tensor> | null = null,
    get?: Get,
    given: KernelOptions = {},
  ): unknown => {
    const options = readKernelOptions(given);
    const fields = fieldsOf(get);
    const want = covarianceFields.filter((field) => fields.includes(field));
    const outputs = (): unknown => {
      const call = isKernels(x1)
        ? callOnKernels(x1, x2, options)
        : callOnTensors(layer, x1 as Tree<tf.Tensor>, x2, options);
      const { row, outputs } = trace(layer, call.start);
      const sources = call.sourcesOf(row);
      return mapTree<Traced, unknown>(outputs, (traced) => {
        const layout = layoutOf(traced.program, options, call.given);
        const executor = executorOf(traced, call, options);
        const covariances =
          want.length === 0 ? {} : covariancesOf(traced, sources, call, executor, want, layout);
        return select({ ...covariances, ...otherFields(traced, call, layout) } as Kernel, get);
      });
    };
    return tf.tidy(outputs as () => tf.TensorContainer);
  };
  return withLayer(kernel, layer) as unknown as KernelFn<Out, In>;
}

function isKernels(x: unknown): x is Tree<Kernel> {
  if (!Array.isArray(x)) return isKernel(x);
  return x.length > 0 && x.every(isKernels);
}

/** The call's executor; if the caller named none, `tf` for Programs that the engine cannot run. */
function executorOf({ program }: Traced, call: KernelCall, options: ReadKernelOptions): Executor {
  const beyond = program.ops.some((op) => mixesBatch(op) || (op.op === 'activation' && op.fn === 'own'));
  return beyond && options.executor === undefined ? executorFor('tf') : call.executor;
}

/** The wanted covariances; of samples with themselves, cov2 is made of cov1. */
function covariancesOf(
  { program }: Traced,
  sources: Sources,
  { repeatsCov1 }: KernelCall,
  executor: Executor,
  want: readonly CovarianceField[],
  layout: Layout,
): Partial<Record<CovarianceField, tf.Tensor | null>> {
  if (!repeatsCov1 || !want.includes('cov2')) return evaluate(executor, program, sources, want, layout);
  const others = want.filter((field) => field !== 'cov1' && field !== 'cov2');
  const covariances = evaluate(executor, program, sources, [...others, 'cov1'], layout);
  return { ...covariances, cov2: tf.clone(covariances.cov1!) };
}
