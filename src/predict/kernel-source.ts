import type { AnyArray } from '../base/any-array.js';
import { type ComputeOptions, computeOptions, type GramField, gram } from '../gram/index.js';
import type { Samples } from '../inputs/check-input.js';
import { type Pattern, sampleOptions } from '../inputs/read-samples.js';
import { isNetworkKernel, type NetworkKernel } from '../tracing/trace.js';
import type { Tree } from '../tracing/tree.js';
import type { KernelRecord } from './posterior.js';

/**
 * A function of one's own that computes kernels `[n1, n2, …]`, exact, empirical or by Monte Carlo; `x2` null: of x1 with itself.
 */
export type OwnKernel<X = Tree<Samples>> = (
  x1: X,
  x2: X | null,
  get: readonly GramField[],
) => KernelRecord | Promise<KernelRecord>;

/** How the kernels of a network made of layers are computed. */
export interface KernelSourceOptions extends Pick<ComputeOptions, 'dtype' | 'threads'> {
  /** As in `gram`. */
  readonly maskConstant?: number;
}

/** {@link KernelSourceOptions}. */
export const kernelSourceOptions = {
  dtype: computeOptions.dtype,
  threads: computeOptions.threads,
  maskConstant: sampleOptions.maskConstant,
};

/** Inputs and the graphs of their samples. */
export interface Inputs<X> {
  readonly x: X;
  readonly pattern?: Pattern;
}

/** Computes kernels, those of layers by `gram`. */
export class KernelSource<X extends Tree<Samples>> {
  readonly #kernel: NetworkKernel | OwnKernel<X>;
  readonly #options: KernelSourceOptions;

  /** @throws TypeError when `kernel` is no function. */
  constructor(where: string, kernel: NetworkKernel | OwnKernel<X>, options: KernelSourceOptions) {
    if (typeof kernel !== 'function') {
      throw new TypeError(
        `${where}: kernel must be a network's kernel or a function (x1, x2, get), got ${typeof kernel}. ` +
          'Pass e.g. stax.serial(…).kernel.',
      );
    }
    this.#kernel = kernel;
    this.#options = options;
  }

  /** KernelRecord by name of inputs `one` and `other`, or of `one` with itself. */
  async between(
    one: Inputs<X>,
    other: Inputs<X> | null,
    get: readonly GramField[],
    signal: AbortSignal | undefined,
  ): Promise<{ readonly [Field in GramField]?: AnyArray }> {
    const { x: x1, pattern: pattern1 } = one;
    const x2 = other === null ? null : other.x;
    if (!isNetworkKernel(this.#kernel)) return this.#kernel(x1, x2, get);
    const pattern2 = other ? other.pattern : pattern1;
    const pattern = [pattern1 ?? null, pattern2 ?? null] as const;
    return gram(this.#kernel, x1, x2, { ...this.#options, signal, get, pattern });
  }
}
