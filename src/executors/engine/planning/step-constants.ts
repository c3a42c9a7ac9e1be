import { bytesOf, codeOf, descriptors } from '../instructions.js';
import { pixels } from '../lowering/geometry.js';
import { type FilterStep, isWhole, type Step, wholeScratchSize } from '../lowering/steps.js';
import { identity } from '../lowering/weights.js';
import type { Allocator } from './allocator.js';
import { Assembler } from './assembler.js';
import type { PlanRequest } from './plan-types.js';

/** Addresses of a filter step's descriptors. */
export interface FilterDescriptors {
  readonly whole: number;
  /** Its window and weights alone. */
  readonly weights: number;
  /** Its nonlinearity alone, on variances. */
  readonly nonlinearity: number;
  /** Where gradients in constants are wanted: its window's means alone. */
  readonly means: number;
  /** Likewise: the derivatives of its nonlinearity, on covariances and on variances. */
  readonly derivatives: readonly { readonly covariances: number; readonly variances: number }[];
}

/** What instructions point at beside samples and images. */
export interface StepConstants {
  /** Per step, null where it is no filter. */
  readonly filters: readonly (FilterDescriptors | null)[];
  /** Per step with a constant of each position or pair of positions: where these are, in row-major order; else 0. */
  readonly tables: readonly number[];
  /** Scratch of steps that mix all positions. */
  readonly wholeScratch: number;
}

/** Bytes of a descriptor without its parameters, padded to a register. */
const DESCRIPTOR_BYTES = 16 * Math.ceil(bytesOf(descriptors.filterDescriptor) / 16);

/** Bytes of a descriptor with its parameters, each padded to a register. */
const descriptorBytes = (step: FilterStep): number =>
  DESCRIPTOR_BYTES + 16 * Math.ceil((step.activation?.params.length ?? 0) / 2);

/** How many descriptors a filter step has. */
const descriptorCount = (step: FilterStep, constants: boolean): number =>
  constants ? 4 + 2 * (step.activation?.derivatives?.length ?? 0) : 3;

/** Writes the steps' descriptors and constants, and reserves their scratch. */
export function writeConstants(
  request: PlanRequest,
  number: number,
  allocator: Allocator,
): StepConstants & { readonly written: { readonly at: number; readonly words: Int32Array } } {
  const { steps } = request.lowered;
  const lane = request.lanes * number;
  const descriptors = steps.map((step) =>
    step.kind === 'filter' ? descriptorCount(step, request.constants) * descriptorBytes(step) : 0,
  );
  const constants = steps.map(constantsOf);
  const tableBytes = constants.map(({ length }) => (length === 0 ? 0 : length * number + 16));
  const at = allocator.reserve([...descriptors, ...tableBytes].reduce((a, b) => a + b, 0));
  const scratch = allocator.reserve(scratchSize(steps) * lane);
  const spreads = request.mode === 'pair' ? steps.map(spreadSize) : [];
  const spread = spreads.length > 0 ? allocator.reserve(Math.max(...spreads) * lane) : 0;
  const assembler = new Assembler();
  const filters = steps.map((step) => {
    if (step.kind !== 'filter') return null;
    const describe = (part: Part, of = step) =>
      at + descriptor(assembler, of, part, steps[step.inputs[0]], { number, lane, scratch, spread, at });
    const { activation } = step;
    const derivatives = (request.constants && activation?.derivatives) || [];
    return {
      ...{ whole: describe('whole'), weights: describe('weights'), nonlinearity: describe('variances') },
      means: request.constants ? describe('weights', { ...step, weights: identity }) : 0,
      derivatives: derivatives.map(({ params, varianceScale }) => {
        const derivative = { ...step, activation: { ...activation!, params, varianceScale } };
        return {
          covariances: describe('covariances', derivative),
          variances: describe('variances', derivative),
        };
      }),
    };
  });
  const tables = constants.map((table) =>
    table.length === 0 ? 0 : at + constantTable(assembler, table, number),
  );
  const whole = steps.filter(isWhole).map((step) => wholeScratchSize(step) * lane);
  const wholeScratch = allocator.reserve(Math.max(0, ...whole));
  return { filters, tables, wholeScratch, written: { at, words: assembler.finish() } };
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
function scratchSize(steps: readonly Step[]): number {
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

/** What a descriptor says of a filter step: all, its window and weights, or its nonlinearity, on covariances or on variances. */
type Part = 'whole' | 'weights' | 'covariances' | 'variances';

/** Writes one of a filter step's descriptors and returns where among all it is. */
function descriptor(
  assembler: Assembler,
  step: FilterStep,
  part: Part,
  input: Step,
  memory: { number: number; lane: number; scratch: number; spread: number; at: number },
): number {
  const plain = part === 'covariances' || part === 'variances';
  const multiple = part === 'variances' ? (step.activation?.varianceScale ?? null) : null;
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
