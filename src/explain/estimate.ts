import type { Dtype } from '../base/nd-array.js';
import { byDefault, isWhole, oneOf, readOptions, rule } from '../base/options.js';
import { shareable } from '../base/shared-memory.js';
import { defaultThreads } from '../executors/engine/index.js';
import type { CostJob, PairExecutor, Rows } from '../executors/pairs.js';
import { computeOptions, fields, type GramField } from '../gram/index.js';
import { pairExecutorFor } from '../gram/pair-executor.js';
import { pairProgram } from '../gram/pair-program.js';
import type { Program } from '../program/program.js';
import type { NetworkKernel } from '../tracing/trace.js';
import type { Shape, Tree } from '../tracing/tree.js';

/** Options of `estimate`. */
export interface EstimateOptions {
  /** Which covariance, or a list of them. */
  readonly get: GramField | readonly GramField[];
  /** Default `'float64'`. */
  readonly dtype?: Dtype;
  /** `'none'`: of `gram`. `'both'`: of `gramVjp`. `'x1'`: of `ridgeVisit` with a gradient. Default `'none'`. */
  readonly gradient?: 'none' | 'x1' | 'both';
  /** Worker threads. Default: one a core. */
  readonly threads?: number;
}

/** What a job is predicted to cost. */
export interface Estimate {
  /** Seconds on this machine while nothing else runs. */
  readonly seconds: number;
  /** Bytes of WebAssembly memory for each worker thread. */
  readonly workerBytes: number;
  /** Bytes of the matrices or gradients returned. */
  readonly resultBytes: number;
  /** Pixels that the network's layers compute for one pair, over all of its displacements. */
  readonly pixelsPerPair: number;
}

/** Pixels of the block that is timed, 20–50 ms; nets whose single group of pairs is more take longer. */
const PROBE_PIXELS = 8e6;

/** Numbers of the timed block's inputs. */
const PROBE_NUMBERS = 2 ** 21;

/** A first run this long, in ms, is not repeated: starting a thread no longer matters. */
const LONG = 200;

const kinds = { none: 'gram', x1: 'ridge', both: 'vjp' } as const;

/** The options of a job whose cost is asked for. */
export const estimateOptions = {
  get: fields,
  dtype: computeOptions.dtype,
  gradient: byDefault('none', oneOf<keyof typeof kinds>(['none', 'x1', 'both'])),
  threads: computeOptions.threads,
};

const sampleCount = rule('must be a whole number of at least 1', isWhole(1));

/**
 * Predicts time and memory of `gram`, `gramVjp` or `ridgeVisit` for `n1` × `n2` pairs of samples of shape `sampleShape`
 * (`[...spatial, channels]`, or the list of shapes of several inputs); `n2` null: of x1 with itself.
 *
 * Work and memory are counted from the plan that would run. The time for a pixel is measured on this machine, once for each
 * network, precision and kind of job, by a block of 20–50 ms, or by one group of pairs where that takes longer.
 *
 * @param kernel the `kernel` of a network that ends in one position.
 * @throws ShapeError when inputs of this shape do not fit the network, or it leaves spatial axes.
 * @throws RangeError when n1 or n2 is no whole number of at least 1, or for an unknown field, precision or gradient.
 *
 * @remarks Threads are taken to share the work evenly, up to one a core and one a task.
 *
 * @example
 * ```ts
 * import { estimate, stax } from 'neural-tangents';
 * const net = stax.serial(stax.Dense(512), stax.Relu(), stax.Dense(1));
 * const { seconds, resultBytes } = await estimate(net.kernel, [784], 1000, null, { get: 'ntk' });
 * console.log(seconds > 0, resultBytes); // true 8000000
 * ```
 */
export async function estimate(
  kernel: NetworkKernel,
  sampleShape: Tree<Shape>,
  n1: number,
  n2: number | null,
  options: EstimateOptions,
): Promise<Estimate> {
  const { get, dtype, gradient, threads } = readOptions('estimate', options, estimateOptions);
  sampleCount(n1, 'estimate', 'n1');
  sampleCount(n2 ?? 1, 'estimate', 'n2');
  const { program } = pairProgram('estimate', kernel, sampleShape);
  const executor = pairExecutorFor('estimate', program, dtype);
  const kind = kinds[gradient];
  const job = { kind, dtype, ntk: get.includes('ntk'), n1, n2 };
  const { tasks, work, workPerPair, workerBytes } = executor.cost(program, job);
  const nanoseconds = await nanosecondsPerPixel(executor, program, job);
  const sideBytes = 8 * program.inputSize;
  const resultBytes = {
    gram: 8 * n1 * (n2 ?? n1) * get.length,
    vjp: sideBytes * (n1 + (n2 ?? 0)),
    ridge: sideBytes * n1,
  };
  return {
    seconds: (1e-9 * nanoseconds * work) / Math.min(threads, tasks, defaultThreads()),
    workerBytes,
    resultBytes: resultBytes[kind],
    pixelsPerPair: workPerPair,
  };
}

const measured = new WeakMap<Program, Map<string, Promise<number>>>();

function nanosecondsPerPixel(executor: PairExecutor, program: Program, job: CostJob): Promise<number> {
  const ofProgram = measured.get(program) ?? new Map<string, Promise<number>>();
  measured.set(program, ofProgram);
  const name = [job.kind, job.dtype, job.ntk].join();
  const known = ofProgram.get(name) ?? probe(executor, program, job);
  ofProgram.set(name, known);
  known.catch(() => ofProgram.delete(name));
  return known;
}

/** Runs a small job on one thread and divides its time by its pixels. */
async function probe(executor: PairExecutor, program: Program, job: CostJob): Promise<number> {
  const { kind, dtype, ntk } = job;
  const { rowSize } = program;
  let [n1, n2] = [1, 1];
  const workOf = (rows: number, columns: number) =>
    executor.cost(program, { ...job, n1: rows, n2: columns }).work;
  // Columns first: as long as they cost nothing they fill lanes.
  while (workOf(1, 2 * n2) === workOf(1, 1)) n2 *= 2;
  while (2 * workOf(n1, n2) < PROBE_PIXELS && 2 * (n1 + n2) * rowSize < PROBE_NUMBERS) {
    if (2 * n1 <= n2) n1 *= 2;
    else n2 *= 2;
  }
  const samples = (count: number, phase: number): Rows => ({
    data: shareable(
      dtype,
      Array.from({ length: count * rowSize }, (_, i) => Math.sin(phase + i)),
    ),
    count,
  });
  const [x1, x2] = [samples(n1, 0), samples(n2, 1)];
  const options = { dtype, threads: 1, same: false };
  const field = ntk ? 'ntk' : 'nngp';
  const run = (): Promise<unknown> => {
    if (kind === 'gram') return executor.gram(program, x1, x2, { ...options, fields: [field] });
    if (kind === 'vjp') {
      const ones = shareable(dtype, new Float64Array(n1 * n2).fill(1));
      const cotangents = { nngp: null, ntk: null, [field]: ones };
      return executor.vjp(program, x1, x2, cotangents, { ...options, sides: { x1: true, x2: true } });
    }
    const [alpha, labels] = [new Float64Array(n1).fill(1), new Float64Array(n2)];
    const regression = { field, classes: 1, alpha, labels, scale: 1, gradient: true } as const;
    return executor.ridge(program, x1, x2, { ...options, ...regression });
  };
  const once = async () => {
    const start = performance.now();
    await run();
    return performance.now() - start;
  };
  // The first run may start a thread and compile code.
  const first = await once();
  const milliseconds = first > LONG ? first : await once();
  return (1e6 * milliseconds) / workOf(n1, n2);
}
