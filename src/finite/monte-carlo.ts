import * as tf from '#tf';
import type { AnyArray } from '../base/any-array.js';
import { ShapeError } from '../base/errors.js';
import { type NdArray, sizeOf } from '../base/nd-array.js';
import { anything, byDefault, isWhole, optional, readOptions, rule } from '../base/options.js';
import { readInputs } from '../inputs/check-input.js';
import { type Key, split } from '../random/index.js';
import type { Params } from '../stax/layer/params.js';
import { mapTree, type Shape, type Tree } from '../tracing/tree.js';
import { empiricalFields } from './empirical-kernel.js';
import {
  computeKernels,
  type EmpiricalField,
  type EmpiricalNtkOptions,
  empiricalNtkOptions,
} from './kernels.js';
import type { NetworkFunction } from './network-function.js';
import { parameterLeaves } from './parameters.js';

/** A network of random parameters: a layer, or one's own. */
export interface RandomNetwork<In extends Tree<tf.Tensor> = tf.Tensor> {
  /** Draws parameters for inputs of this shape (a list of shapes for several inputs), batch included. */
  init(key: Key, inputShape: never): readonly [outputShape: unknown, params: Params];
  /** Runs the network; `key` is what random layers draw from. */
  apply(params: Params, x: In, options?: { readonly key?: Key }): tf.Tensor;
}

/** A mean over draws, entry by entry, and how well it is known. */
export interface MonteCarloEstimate {
  /** Mean over the draws. */
  readonly mean: NdArray<Float64Array>;
  /** Standard error of the mean: the draws' deviation over √draws. NaN for a single draw. */
  readonly standardError: NdArray<Float64Array>;
  /** Sum over the draws of squared distances from the mean, of which the standard error is made. */
  readonly squares: NdArray<Float64Array>;
}

/** Kernels averaged over draws, by name. Plain data: store it to go on later. */
export type MonteCarloKernel<Field extends EmpiricalField = EmpiricalField> = {
  readonly [Name in Field]: MonteCarloEstimate;
} & {
  /** Draws averaged over. */
  readonly draws: number;
};

/** Options of `monteCarloKernel`. */
export interface MonteCarloOptions<Get extends EmpiricalField | readonly EmpiricalField[]>
  extends EmpiricalNtkOptions {
  /** Which kernel, or a list of them. */
  readonly get: Get;
  /** What all draws come from; the same key gives the same draws, in the same order. */
  readonly key: Key;
  /** Draws in all, those of `resume` included. */
  readonly draws: number;
  /** Stops before `draws` once no standard error exceeds this part of the kernel's largest entry; from 3 draws on. */
  readonly tolerance?: number;
  /** An earlier result for the same network, inputs and key: its draws are not made again. The result is the same to the bit. */
  readonly resume?: MonteCarloKernel<
    Get extends readonly (infer F)[] ? F & EmpiricalField : Get & EmpiricalField
  >;
}

const monteCarloOptions = {
  ...empiricalNtkOptions,
  get: empiricalFields,
  key: anything<Key>(),
  draws: rule('must be a whole number from 1', isWhole(1)),
  tolerance: byDefault(
    0,
    rule<number>('must be at least 0', (part) => part >= 0),
  ),
  resume: optional(anything<MonteCarloKernel>()),
};

/** Draws before a standard error is believed. */
const LEAST_DRAWS = 3;

/**
 * The kernels of a finite network averaged over random parameters: what its infinite width's are the limit of, and the way
 * to the kernel of a network that has none in closed form.
 *
 * Two errors remain. That of the mean falls as 1/√draws and is in `standardError`; that of the width falls as 1/width.
 *
 * @param network a layer, or an object with `init` and `apply`.
 * @param x1 `[n1, …]`; lists for several inputs. @param x2 `[n2, …]`, or null for x1 itself.
 * @param options as `empiricalKernel`; `onProgress` gets the draws done and those in all.
 * @throws RangeError for a number of draws below 1 or a negative tolerance. @throws ShapeError for a `resume` of other inputs.
 * @throws ShapeError, UnsupportedError, NonFiniteError as `empiricalNtk` does.
 * @remarks A layer that draws noise (`Dropout`) mixes the samples: pass `vmapAxes: null`. Keys are those of Neural Tangents'
 *   `monte_carlo_kernel_fn`, so that both average the same networks. For the NNGP trace over many outputs; one output is enough
 *   for the NTK.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { monteCarloKernel, random, stax } from 'neural-tangents';
 * const net = stax.serial(stax.Dense(256), stax.Relu(), stax.Dense(1));
 * const x = tf.tensor2d([[1, 2], [2, -1]]);
 * const { ntk, draws } = await monteCarloKernel(net, x, null, {
 *   get: 'ntk', key: random.key(0), draws: 50, tolerance: 0.05,
 * });
 * const exact = net.kernel(x, null, 'ntk').dataSync();
 * console.log(draws <= 50, Math.abs(ntk.mean.data[0] - exact[0]) < 0.2 * exact[0]); // true true
 * ```
 */
export async function monteCarloKernel<
  In extends Tree<tf.Tensor>,
  const Get extends EmpiricalField | readonly EmpiricalField[],
>(
  network: RandomNetwork<In>,
  x1: Tree<AnyArray>,
  x2: Tree<AnyArray> | null,
  options: MonteCarloOptions<Get>,
): Promise<MonteCarloKernel<Get extends readonly (infer F)[] ? F & EmpiricalField : Get & EmpiricalField>> {
  const where = 'monteCarloKernel';
  const read = readOptions(where, options as MonteCarloOptions<EmpiricalField>, monteCarloOptions);
  const { get: fields, key, draws, tolerance, resume, onProgress, ...others } = read;
  const empirical = { ...others, onProgress: undefined };
  const running = new Map<EmpiricalField, RunningMean>();
  const keys = drawKeys(key);
  let done = 0;
  if (resume) {
    for (const field of fields) running.set(field, RunningMean.from(where, field, resume));
    for (; done < resume.draws; done++) keys.next();
  }
  const inputs = readInputs(where, 'x1', x1);
  const shape = mapTree<NdArray, Shape>(inputs, (leaf) => leaf.shape);
  while (done < draws && !(done >= LEAST_DRAWS && isWithin(running, tolerance))) {
    options.signal?.throwIfAborted();
    const [initKey, applyKey] = split(keys.next().value);
    const [, params] = network.init(initKey, shape as never);
    const run = ((given, x) => network.apply(given, x as never, { key: applyKey })) as NetworkFunction<never>;
    try {
      const kernels = await computeKernels(
        where,
        run,
        params,
        inputs,
        x2 === x1 ? null : x2,
        fields,
        empirical,
      );
      for (const field of fields) {
        const mean =
          running.get(field) ??
          new RunningMean(blank(kernels[field]!.shape), blank(kernels[field]!.shape), 0);
        mean.add(where, kernels[field]!);
        running.set(field, mean);
      }
    } finally {
      tf.dispose(parameterLeaves(params));
    }
    done++;
    onProgress?.(done, draws);
  }
  const estimates = [...running].map(([field, mean]) => [field, mean.estimate()]);
  return { ...Object.fromEntries(estimates), draws: done };
}

/** The keys of draws, as Neural Tangents splits them off. */
function* drawKeys(key: Key): Generator<Key, never> {
  for (let rest = key; ; ) {
    const [next, draw] = split(rest);
    rest = next;
    yield draw;
  }
}

/** Whether every standard error is at most this part of its kernel's largest entry. */
function isWithin(running: ReadonlyMap<EmpiricalField, RunningMean>, tolerance: number): boolean {
  const largest = ({ data }: NdArray<Float64Array>) =>
    data.reduce((max, entry) => Math.max(max, Math.abs(entry)), 0);
  return [...running.values()].every((mean) => {
    const estimate = mean.estimate();
    return tolerance > 0 && largest(estimate.standardError) <= tolerance * largest(estimate.mean);
  });
}

const blank = (shape: Shape): NdArray<Float64Array> => ({ shape, data: new Float64Array(sizeOf(shape)) });

/** A mean and the squares about it, kept draw by draw (Welford's sums). */
class RunningMean {
  readonly #mean: NdArray<Float64Array>;
  readonly #squares: NdArray<Float64Array>;
  #draws: number;

  constructor(mean: NdArray<Float64Array>, squares: NdArray<Float64Array>, draws: number) {
    this.#mean = mean;
    this.#squares = squares;
    this.#draws = draws;
  }

  /** As an estimate left it. */
  static from(where: string, field: EmpiricalField, earlier: MonteCarloKernel): RunningMean {
    const known: MonteCarloEstimate | undefined = earlier[field];
    if (known === undefined) {
      throw new ShapeError(`${where}: resume must hold the ${field} that is asked for, got none of it.`);
    }
    const copy = ({ shape, data }: NdArray) => ({ shape, data: Float64Array.from(data) });
    return new RunningMean(copy(known.mean), copy(known.squares), earlier.draws);
  }

  /** @throws ShapeError when the kernel has another shape than those before. */
  add(where: string, { shape, data }: NdArray): void {
    const { shape: own, data: mean } = this.#mean;
    if (String(shape) !== String(own)) {
      throw new ShapeError(
        `${where}: all draws must have kernels of one shape, got [${shape}] after [${own}]. Resume with the same inputs.`,
      );
    }
    this.#draws += 1;
    for (let i = 0; i < mean.length; i++) {
      const difference = data[i] - mean[i];
      mean[i] += difference / this.#draws;
      this.#squares.data[i] += difference * (data[i] - mean[i]);
    }
  }

  estimate(): MonteCarloEstimate {
    const count = this.#draws;
    const errors = this.#squares.data.map((square) => Math.sqrt(square / (count - 1) / count));
    return {
      mean: this.#mean,
      standardError: { shape: this.#mean.shape, data: errors },
      squares: this.#squares,
    };
  }
}
