import * as tf from '#tf';
import { UnsupportedError } from '../base/errors.js';
import { hasBackend } from '../base/has-backend.js';
import { sizeOf } from '../base/nd-array.js';
import { anything, byDefault, optional, readOptions } from '../base/options.js';
import { type OpCost, opCosts } from '../executors/engine/index.js';
import { type ExecutorName, executorFor } from '../kernel/executors.js';
import { mixesBatch } from '../program/batch-sizes.js';
import type { AnyOp } from '../program/ops/index.js';
import type { Program } from '../program/program.js';
import type { NetworkKernel } from '../tracing/trace.js';
import { programFor } from '../tracing/trace.js';
import type { Shape } from '../tracing/tree.js';
import { type EngineInfo, engineInfo } from '../wasm/module.js';
import { describeOp } from './describe-op.js';
import { type Estimate, type EstimateOptions, estimate, estimateOptions } from './estimate.js';

/** Options of `explain`: the job whose time and memory are to be predicted; without `n1` none. */
export interface ExplainOptions extends Partial<EstimateOptions> {
  /** Samples of x1. */
  readonly n1?: number;
  /** Samples of x2; null (default): x1 itself. */
  readonly n2?: number | null;
}

const { get, ...others } = estimateOptions;
const explainOptions = {
  n1: optional(anything<number>()),
  n2: byDefault(null, anything<number | null>()),
  get: byDefault(['ntk'], get),
  ...others,
};

/** What one op of a Program takes. */
export interface ExplainedOp {
  readonly op: AnyOp['op'];
  /** What it does, in the words of layers. */
  readonly description: string;
  /** The ops that it reads, by index. */
  readonly inputs: readonly number[];
  /** Spatial shape of its result. */
  readonly shape: Shape;
  /** Displacements p′ − p at which its result is needed, out of `allDisplacements`. */
  readonly displacements: number;
  readonly allDisplacements: number;
  /** Entries of K[p, p′] that these are for one pair of samples, out of `allEntries`. */
  readonly entries: number;
  readonly allEntries: number;
  /** Its part of `pixelsPerPair`; 0 for an op that the engine does in one pass with the op that reads it. */
  readonly work: number;
  /** Why the network is slow from here on; null if this op is not to blame. */
  readonly slow: string | null;
}

/** What a network's kernel takes. */
export interface Explanation {
  /** All of this as a table. */
  readonly text: string;
  readonly ops: readonly ExplainedOp[];
  /** Who evaluates `kernel(x1, x2)` on the current tfjs backend. `gram` runs on the engine wherever that can. */
  readonly executor: ExecutorName;
  /** What runs the engine: WebAssembly or the native add-on, and why. */
  readonly engine: EngineInfo;
  /** Pixels that the engine computes for one pair of samples, in units of a ReLU's; null if it cannot run the network. */
  readonly pixelsPerPair: number | null;
  /** Time and memory of the job; null without `n1`. */
  readonly estimate: Estimate | null;
}

/**
 * Explains what the kernel of a network takes for samples of shape `sampleShape` (`[...spatial, channels]`): its Program op
 * by op, the displacements between positions that each has to be computed at, who runs it, and what makes it slow.
 *
 * With `n1` (and `n2`) it predicts time and memory of a job as `estimate` does, which measures for 20–50 ms.
 *
 * @param kernel the `kernel` of a network with one output.
 * @throws ShapeError when inputs of this shape do not fit the network, or, with `n1`, it leaves spatial axes.
 * @throws UnsupportedError when the network has no exact kernel or several outputs, or, with `n1`, the engine cannot run it.
 * @throws RangeError for what `estimate` refuses.
 *
 * @example
 * ```ts
 * import { explain, stax } from 'neural-tangents';
 * const { kernel } = stax.serial(stax.Conv(64, [3, 3]), stax.Relu(), stax.GlobalAvgPool());
 * const { ops, executor } = await explain(kernel, [32, 32, 3]);
 * console.log(executor, ops[4].description); // engine GlobalAvgPool
 * console.log(ops[4].slow); // reads all 3,481 displacements of op 3
 * ```
 */
export async function explain(
  kernel: NetworkKernel,
  sampleShape: Shape,
  options: ExplainOptions = {},
): Promise<Explanation> {
  const { n1, n2, ...job } = readOptions('explain', options, explainOptions);
  const program = programFor('explain', kernel, sampleShape);
  const costs = onEngine(program);
  // Before its first tensor tfjs does not say which backend it will take.
  if (hasBackend()) await tf.ready();
  const ops = costs === null ? explainedByTf(program) : explainedByEngine(program, costs);
  const executor = costs === null ? 'tf' : executorFor(undefined).name;
  const pixelsPerPair = costs && ops.reduce((sum, { work }) => sum + work, 0);
  const predicted = n1 === undefined ? null : await estimate(kernel, sampleShape, n1, n2, job);
  const text = [
    headline(program, sampleShape, executor, costs !== null),
    '',
    ...table(ops),
    '',
    ...ops.flatMap(({ slow }, index) => (slow === null ? [] : [`Op ${index} ${slow}.`])),
    costs === null
      ? `One pair of samples takes ${bytes(8 * Math.max(...ops.map((op) => op.entries)))} in the largest op (NNGP and NTK).`
      : `One pair of samples takes the engine the work of ${grouped(pixelsPerPair!)} ReLUs.`,
    ...(predicted === null ? [] : [prediction(predicted, n1!, n2)]),
  ].join('\n');
  return { text, ops, executor, engine: engineInfo(), pixelsPerPair, estimate: predicted };
}

/** What a Program's ops take on the engine; null if the engine cannot run it. */
function onEngine(program: Program): OpCost[] | null {
  try {
    return opCosts(program);
  } catch (error) {
    if (error instanceof UnsupportedError) return null;
    throw error;
  }
}

function explainedByEngine(program: Program, costs: readonly OpCost[]): ExplainedOp[] {
  return program.ops.map((op, index) => {
    const { displacements, entries, work, inputDisplacements } = costs[index];
    const input = program.ops[op.inputs[0]]?.shape ?? [];
    const all = allDisplacements(op.shape);
    const readsAll = sizeOf(input) > 1 && inputDisplacements === allDisplacements(input);
    const isResult = index === program.output && all > 1;
    return {
      ...outline(program, op),
      ...{ displacements, allDisplacements: all, entries, work },
      slow: isOwnOfNumbers(op)
        ? 'calls your function for each variance, so that all work is done on the calling thread, in float64'
        : isResult
          ? 'is the result and has spatial axes, so that every displacement is needed'
          : readsAll && (all === 1 || displacements < all)
            ? `reads all ${grouped(allDisplacements(input))} displacements of op ${op.inputs[0]}`
            : null,
    };
  });
}

const isOwnOfNumbers = (op: AnyOp): boolean => op.op === 'activation' && op.fn === 'ownNumbers';

/** Displacements between any two positions. */
const allDisplacements = (shape: Shape): number => shape.reduce((count, size) => count * (2 * size - 1), 1);

/** The tf executor computes every op for all pairs of positions. */
function explainedByTf(program: Program): ExplainedOp[] {
  return program.ops.map((op) => {
    const about = outline(program, op);
    const all = allDisplacements(op.shape);
    return {
      ...about,
      ...{ displacements: all, allDisplacements: all, entries: about.allEntries, work: 0 },
      slow: reasonForTf(op),
    };
  });
}

function reasonForTf(op: AnyOp): string | null {
  const takes = 'which takes the whole network to the tf executor: float32, all pairs of positions';
  if (mixesBatch(op)) return `mixes the samples of a batch, ${takes}, no gram`;
  if (op.op === 'activation' && op.fn === 'own') return `has functions of your own on tensors, ${takes}`;
  if (op.op === 'gram' && op.shape.length > 3) return `has ${op.shape.length} spatial axes, ${takes}`;
  return null;
}

function outline(program: Program, op: AnyOp) {
  const { inputs, shape } = op;
  const description = describeOp(op, program.ops[inputs[0]]?.shape ?? []);
  return { op: op.op, description, inputs, shape, allEntries: sizeOf(shape) ** 2 };
}

function headline({ ops, output }: Program, sample: Shape, executor: ExecutorName, gram: boolean): string {
  const { shape } = ops[output];
  const result = sizeOf(shape) === 1 ? 'one number' : `${times(shape)} × ${times(shape)} numbers`;
  const { kind, instructions } = engineInfo();
  const engine = kind === 'wasm' ? 'the WebAssembly engine' : `the native engine (${instructions})`;
  const who = executor === 'engine' ? engine : `the tf executor${gram ? ` (gram: ${engine})` : ''}`;
  return `Samples ${times(sample)}, ${result} a pair: ${ops.length} ops on ${who}`;
}

function table(ops: readonly ExplainedOp[]): string[] {
  const head = ['', 'op', 'reads', 'shape', 'displacements', 'entries a pair', 'work'];
  const rows = ops.map((op, index) => [
    `${index}`,
    op.description,
    op.inputs.join(', '),
    times(op.shape),
    part(op.displacements, op.allDisplacements),
    part(op.entries, op.allEntries),
    op.work === 0 ? '' : grouped(op.work),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const left = [1, 2, 3];
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) =>
        left.includes(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join('  ')
      .trimEnd(),
  );
}

function prediction({ seconds, workerBytes, resultBytes }: Estimate, n1: number, n2: number | null): string {
  const pairs =
    n2 === null ? `${grouped(n1)} samples with themselves` : `${grouped(n1)} × ${grouped(n2)} pairs`;
  const time = seconds < 60 ? `${seconds.toPrecision(2)} s` : `${(seconds / 60).toPrecision(3)} min`;
  return `${pairs}: about ${time}, ${bytes(workerBytes)} a thread, results of ${bytes(resultBytes)}.`;
}

const times = (shape: Shape): string => (shape.length === 0 ? '1' : shape.join('×'));

const grouped = (count: number): string => count.toLocaleString('en-US');

const part = (some: number, all: number): string =>
  some === all ? `all ${grouped(all)}` : `${grouped(some)} of ${grouped(all)}`;

function bytes(count: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(count, 1)) / 3));
  return `${Number((count / 1000 ** power).toPrecision(3))} ${units[power]}`;
}
