import { bytesOf, codeOf, descriptors } from '../instructions.js';
import { pixels } from '../lowering/geometry.js';
import {
  type FilterStep,
  factorsOf,
  isWhole,
  type Step,
  variancesOf,
  wholeScratchSize,
} from '../lowering/lower.js';
import { Assembler, type Layout } from './assembler.js';
import type { PlanRequest } from './plan-types.js';

/** Addresses of a filter step's descriptors: all of it, its weights alone, its nonlinearity alone on variances. */
export interface FilterDescriptors {
  readonly whole: number;
  readonly weights: number;
  readonly nonlinearity: number;
}

/** The fixed part of a plan's memory, by what it holds. */
export interface Regions {
  readonly descriptors: { readonly at: number; readonly words: Int32Array };
  readonly filters: readonly (FilterDescriptors | null)[];
  /** Per step with a constant of each position or pair of positions: where these are, in row-major order; else 0. */
  readonly tables: readonly number[];
  /** Scratch of steps that mix all positions. */
  readonly wholeScratch: number;
  readonly x1: number;
  readonly x2: number;
  readonly gX1: number;
  readonly gX2: number;
  readonly factors1: number;
  readonly factors2: number;
  readonly variances1: number;
  readonly variances2: number;
  /** Per lane 1 where x1 and x2 are one sample, else 0; 0 where no step asks. */
  readonly same: number;
  /** Which of a sample's factors is a step's first. */
  readonly factorAt: readonly number[];
  /** Bytes from one of x1's factors to the next: x1 is one sample, but in `sample` mode. */
  readonly factorStep1: number;
  /** Byte offset of a step's variances within these regions. */
  readonly varianceAt: readonly number[];
  readonly sampleSize: number;
  readonly inputSize: number;
  readonly factorSize: number;
  readonly varianceSize: number;
}

/** Bytes of a descriptor without its parameters, padded to a register. */
const DESCRIPTOR_BYTES = 16 * Math.ceil(bytesOf(descriptors.filterDescriptor) / 16);

/** Bytes of a descriptor with its parameters, each padded to a register. */
const descriptorBytes = (step: FilterStep): number =>
  DESCRIPTOR_BYTES + 16 * Math.ceil((step.activation?.params.length ?? 0) / 2);

/** Lays out inputs, factors, variances, cotangents of these, descriptors and scratch. */
export function layOut(request: PlanRequest, number: number, layout: Layout): Regions {
  const { steps } = request.lowered;
  const lane = request.lanes * number;
  const { rowSize: sampleSize, inputSize } = request.lowered;

  const factorAt: number[] = [];
  const varianceAt: number[] = [];
  let factorSize = 0;
  let varianceSize = 0;
  for (const step of steps) {
    factorAt.push(factorSize);
    varianceAt.push(varianceSize * lane);
    factorSize += factorsOf(step);
    varianceSize += variancesOf(step);
  }

  const descriptors = steps.map((step) => (step.kind === 'filter' ? 3 * descriptorBytes(step) : 0));
  const constants = steps.map(constantsOf);
  const tableBytes = constants.map(({ length }) => (length === 0 ? 0 : length * number + 16));
  const at = layout.reserve([...descriptors, ...tableBytes].reduce((a, b) => a + b, 0));
  const scratch = layout.reserve(scratchBytes(steps) * lane);
  const pair = request.mode === 'pair';
  const spread = pair ? layout.reserve(Math.max(0, ...steps.map(spreadSize)) * lane) : 0;
  const assembler = new Assembler();
  const filters = steps.map((step) => {
    if (step.kind !== 'filter') return null;
    const describe = (part: 'whole' | 'weights' | 'nonlinearity') =>
      at + descriptor(assembler, step, part, steps[step.inputs[0]], { number, lane, scratch, spread, at });
    return { whole: describe('whole'), weights: describe('weights'), nonlinearity: describe('nonlinearity') };
  });
  const tables = constants.map((table) =>
    table.length === 0 ? 0 : at + constantTable(assembler, table, number),
  );
  const whole = steps.filter(isWhole).map((step) => wholeScratchSize(step) * lane);
  const wholeScratch = layout.reserve(Math.max(0, ...whole));

  // Rows that meet in a matrix product do so outside the plan.
  const product = steps.some((step) => step.kind === 'source' && step.product);
  const [loaded, sent] = product ? [0, 0] : [sampleSize, inputSize];
  const samples = (wanted: boolean, size: number) => (wanted ? layout.reserve(size * lane) : 0);
  const x2 = request.sample?.x2 ?? samples(true, loaded);
  const x1 = pair ? layout.reserve(loaded * number) : x2;
  const factors2 = request.sample?.factors2 ?? samples(true, factorSize);
  const factors1 = pair ? layout.reserve(factorSize * number) : factors2;
  const same = samples(pair && steps.some((step) => step.kind === 'dropout'), 1);
  const { x1: wants1, x2: wants2 } = request.gradient;
  const gX2 = samples(wants2, sent);
  const gX1 = pair ? samples(wants1, sent) : gX2;
  const variances2 = samples(wants2, varianceSize);
  const variances1 = pair ? samples(wants1, varianceSize) : variances2;
  return {
    descriptors: { at, words: assembler.finish() },
    ...{ filters, tables, wholeScratch, factorAt, varianceAt, factorStep1: pair ? number : lane },
    ...{ sampleSize, inputSize, factorSize, varianceSize },
    ...{ x1, x2, gX1, gX2, factors1, factors2, variances1, variances2, same },
  };
}

/** Zero margin that a row of sums needs on either side. */
function margin(step: FilterStep, input: Step): number {
  const right = (step.shape[2] - 1) * step.strides[2] + step.window[2] - step.low[2] - input.shape[2];
  return Math.max(step.low[2], right, 0);
}

/** Pixels of the place where the factors of one of x1's rows are repeated for every lane, as far apart as x2's. */
const spreadSize = (step: Step): number =>
  step.kind === 'filter' && step.activation ? step.activation.factors * pixels(step.shape) : 0;

/** Pixels of scratch: two rows of sums with margins and two rows of results; or, backward, two rows of turned sums. */
function scratchBytes(steps: readonly Step[]): number {
  return Math.max(
    0,
    ...steps.map((step) => {
      if (step.kind !== 'filter') return 0;
      const input = steps[step.inputs[0]];
      const turned = Math.max(
        step.window[2] - 1 - step.low[2] + step.shape[2],
        input.shape[2] + step.window[2] - 1,
      );
      return 2 * Math.max(2 * margin(step, input) + input.shape[2] + step.shape[2], turned);
    }),
  );
}

function descriptor(
  assembler: Assembler,
  step: FilterStep,
  part: 'whole' | 'weights' | 'nonlinearity',
  input: Step,
  memory: { number: number; lane: number; scratch: number; spread: number; at: number },
): number {
  const plain = part === 'nonlinearity';
  const multiple = plain ? (step.activation?.varianceScale ?? null) : null;
  const activation = part === 'weights' || multiple ? null : step.activation;
  const params = step.activation?.params ?? [];
  const start = assembler.numbers(params, memory.number);
  assembler.align();
  const window = plain ? [1, 1, 1] : step.window;
  const size = window[0] * window[1] * window[2];
  const { scale, shift, ntkFromNngp, ntkShift } = step.weights;
  const weights = plain
    ? { scale: sumIn(memory.number, multiple ?? [1]), shift: 0, ntkFromNngp: 0, ntkShift: 0 }
    : { scale: scale / size, shift, ntkFromNngp: ntkFromNngp / size, ntkShift };
  const at = assembler.describeFilter({
    window,
    stride: plain ? [1, 1, 1] : step.strides,
    low: plain ? [0, 0, 0] : step.low,
    full: [step.shape[1], step.shape[2]],
    activation: codeOf('activation', activation?.name ?? 'none'),
    plane: pixels(step.shape) * memory.lane,
    parameters: memory.at + start,
    scratch: memory.scratch,
    margin: plain ? 0 : margin(step, input),
    spread: memory.spread,
    factors: step.activation?.factors ?? 0,
    ...weights,
  });
  assembler.align();
  return at;
}

/** The constants of a step, of each position or of each pair. */
function constantsOf(step: Step): readonly number[] {
  if (step.kind === 'weigh') return positionWeights(step.weights);
  if (step.kind === 'transform') return 'values' in step.matrix ? step.matrix.values.flat() : [];
  if (step.kind === 'attention') return step.bias?.flat() ?? [];
  return step.kind === 'embed' ? step.covariance.flat() : [];
}

function positionWeights(weights: readonly (readonly number[])[]): number[] {
  const axes = [...Array(3 - weights.length).fill([1]), ...weights] as number[][];
  const table: number[] = [];
  for (const z of axes[0]) for (const y of axes[1]) for (const x of axes[2]) table.push(z * y * x);
  return table;
}

function constantTable(assembler: Assembler, table: readonly number[], number: number): number {
  const at = assembler.numbers(table, number);
  assembler.align();
  return at;
}

/** A sum in the engine's format, as its own additions have it. */
const sumIn = (number: number, terms: readonly number[]): number =>
  number === 8
    ? terms.reduce((sum, term) => sum + term)
    : terms.reduce((sum, term) => Math.fround(Math.fround(sum) + Math.fround(term)));
