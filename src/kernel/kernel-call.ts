import type { Executor } from '../executors/executor.js';
import type { RowLayout, SampleFacts } from '../program/row.js';
import type { TraceStart } from '../tracing/trace.js';
import type { Kernel } from './kernel.js';
import type { Sources } from './layout.js';

/** One call of a kernel function, whatever it was called on. */
export interface KernelCall {
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
