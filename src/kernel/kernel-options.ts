import { anything, type Complete, optional, readOptions } from '../base/options.js';
import { type SampleOptions, sampleOptions } from '../inputs/read-samples.js';
import { type AxesRequest, axesOptions } from '../tracing/axes.js';
import type { ExecutorName } from './executors.js';
import { type LayoutOptions, layoutOptions } from './layout.js';

/** Options of a kernel function. */
export interface KernelOptions extends SampleOptions, LayoutOptions {
  /** Who evaluates: by default `engine` where tensors live in the CPU's memory, `tf` on GPUs. */
  readonly executor?: ExecutorName;
  /** Axis of the inputs' samples, for a network none of whose layers asks for one; 0 by default. */
  readonly batchAxis?: number;
  /** Axis of the inputs' channels, likewise; −1, the last, by default. */
  readonly channelAxis?: number;
}

const kernelOptions = {
  executor: optional(anything<ExecutorName>()),
  ...axesOptions,
  ...layoutOptions,
  ...sampleOptions,
};

/** {@link KernelOptions}, read. */
export type ReadKernelOptions = Complete<typeof kernelOptions> & {
  /** The axes that the caller asks for; null: none, the network's own hold. */
  readonly axes: AxesRequest | null;
};

/** @throws TypeError, UnsupportedError, RangeError for what are no options of a kernel function. */
export function readKernelOptions(given: KernelOptions): ReadKernelOptions {
  const read = readOptions('kernel', given, kernelOptions);
  const { batchAxis, channelAxis } = read;
  const asksAxes = given.batchAxis !== undefined || given.channelAxis !== undefined;
  return { ...read, axes: asksAxes ? { batchAxis, channelAxis } : null };
}
