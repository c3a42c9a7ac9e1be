import { checkOptions } from '../base/check-options.js';
import { shareable } from '../base/dtype.js';
import type { Dtype } from '../base/nd-array.js';
import { engineGram } from '../executors/engine/jobs/gram.js';
import { type JobKind, jobSize } from '../executors/engine/jobs/job-size.js';
import { engineRidge } from '../executors/engine/jobs/ridge.js';
import { engineVjp } from '../executors/engine/jobs/vjp.js';
import { isSymmetric } from '../executors/engine/lowering/activations.js';
import { compile } from '../executors/engine/planning/compile.js';
import type { Plans } from '../executors/engine/planning/plan-types.js';
import { defaultThreads } from '../executors/engine/threads/thread-pool.js';
import type { Rows } from '../executors/engine/tiles/tile.js';
import type { GramField } from '../gram/gram.js';
import { checkField, checkPrecisionAndThreads, pairProgram } from '../gram/pair-program.js';
import type { Program } from '../program/program.js';
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
  kernel: object,
  sampleShape: Tree<Shape>,
  n1: number,
  n2: number | null,
  options: EstimateOptions,
): Promise<Estimate> {
  checkOptions('estimate', options, ['get', 'dtype', 'gradient', 'threads']);
  const { dtype = 'float64', gradient = 'none', threads = defaultThreads() } = options;
  checkPrecisionAndThreads('estimate', dtype, threads);
  if (!Object.hasOwn(kinds, gradient)) {
    throw new RangeError(`estimate: gradient must be 'none', 'x1' or 'both', got '${gradient}'.`);
  }
  const fields = [options.get].flat();
  if (fields.length === 0) throw new RangeError("estimate: get must name at least one field, e.g. 'ntk'.");
  for (const field of fields) checkField('estimate', field);
  for (const [name, n] of [['n1', n1] as const, ['n2', n2 ?? 1] as const]) {
    if (Number.isInteger(n) && n >= 1) continue;
    throw new RangeError(`estimate: ${name} must be a whole number of at least 1, got ${n}.`);
  }
  const { program } = pairProgram('estimate', kernel, sampleShape);
  const kind = kinds[gradient];
  // As `gram` and `gramVjp` do, the lanes along the longer side.
  const turn = kind !== 'ridge' && n2 !== null && n1 > n2 && isSymmetric(program);
  const [rows, columns] = turn ? [n2, n1] : [n1, kind === 'ridge' ? (n2 ?? n1) : n2];
  const plans = compile(program, {
    dtype,
    ntk: fields.includes('ntk'),
    ...(kind === 'gram' ? {} : { gradient: { x1: true, x2: kind === 'vjp' } }),
  });
  const { tasks, pixels, workerBytes } = jobSize(plans, kind, rows, columns);
  const nanoseconds = await nanosecondsPerPixel(program, plans, kind);
  const sideBytes = 8 * plans.pair.inputSize;
  const resultBytes = {
    gram: 8 * n1 * (n2 ?? n1) * fields.length,
    vjp: sideBytes * (n1 + (n2 ?? 0)),
    ridge: sideBytes * n1,
  };
  return {
    seconds: (1e-9 * nanoseconds * pixels) / Math.min(threads, tasks, defaultThreads()),
    workerBytes,
    resultBytes: resultBytes[kind],
    pixelsPerPair: plans.pair.work,
  };
}

const measured = new WeakMap<Plans, Promise<number>>();

function nanosecondsPerPixel(program: Program, plans: Plans, kind: JobKind): Promise<number> {
  const known = measured.get(plans) ?? probe(program, plans, kind);
  measured.set(plans, known);
  known.catch(() => measured.delete(plans));
  return known;
}

/** Runs a small job on one thread and divides its time by its pixels. */
async function probe(program: Program, plans: Plans, kind: JobKind): Promise<number> {
  const { dtype, lanes, ntk } = plans;
  const { sampleSize } = plans.pair;
  let [n1, n2] = [1, lanes];
  const pixels = () => jobSize(plans, kind, n1, n2).pixels;
  while (2 * pixels() < PROBE_PIXELS && 2 * (n1 + n2) * sampleSize < PROBE_NUMBERS) {
    if (2 * n1 <= n2) n1 *= 2;
    else n2 *= 2;
  }
  const samples = (count: number, phase: number): Rows => ({
    data: shareable(
      dtype,
      Array.from({ length: count * sampleSize }, (_, i) => Math.sin(phase + i)),
    ),
    count,
  });
  const [x1, x2] = [samples(n1, 0), samples(n2, 1)];
  const options = { dtype, threads: 1 };
  const once = async () => {
    const start = performance.now();
    if (kind === 'gram') {
      await engineGram(program, x1, x2, { ...options, fields: [ntk ? 'ntk' : 'nngp'] });
    } else if (kind === 'vjp') {
      const ones = shareable(dtype, new Float64Array(n1 * n2).fill(1));
      const cotangent = { nngp: ntk ? null : ones, ntk: ntk ? ones : null };
      await engineVjp(program, x1, x2, cotangent, {
        ...options,
        same: false,
        sides: { x1: true, x2: true },
      });
    } else {
      const classes = 1;
      const field = ntk ? 'ntk' : 'nngp';
      const alpha = new Float64Array(n1).fill(1);
      const labels = new Float64Array(n2);
      await engineRidge(program, x1, x2, {
        ...{ ...options, same: false, field, classes, alpha, labels, scale: 1, gradient: true },
      });
    }
    return performance.now() - start;
  };
  // The first run may start a thread and compile code.
  const first = await once();
  const milliseconds = first > LONG ? first : await once();
  return (1e6 * milliseconds) / pixels();
}
