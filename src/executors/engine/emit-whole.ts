import type { AttentionMechanism } from '../../program/ops/attention.js';
import type { Assembler } from './assembler.js';
import { OffsetSet, pixels, type Triple } from './geometry.js';
import { isWhole, type WholeStep } from './lower.js';
import { opcode } from './opcodes.js';
import type { PlanRequest } from './plan.js';
import type { Regions } from './regions.js';

/** K's and Θ's addresses of a step's images by displacement. */
export type Images = ReadonlyMap<string, { readonly k: number; readonly theta: number }>;

/** A matrix over positions: its address and the bytes of an entry, which is one number or a row of lanes. */
type MatrixWords = readonly [at: number, entry: number];

/** As in `assembly/attention.ts`. */
const mechanisms: { readonly [Name in AttentionMechanism]: number } = {
  softmax: 0,
  identity: 1,
  abs: 2,
  relu: 3,
};

/** Writes the instructions of steps that mix all positions, each step at all displacements at once. */
export class WholeEmitter {
  readonly #request: PlanRequest;
  readonly #regions: Regions;
  readonly #number: number;
  readonly #lane: number;

  constructor(request: PlanRequest, regions: Regions, number: number) {
    this.#request = request;
    this.#regions = regions;
    this.#number = number;
    this.#lane = request.lanes * number;
  }

  /** Computes a step from its input's images; `to` null: no more than the sample's factors, as nothing reads the result. */
  forward(code: Assembler, index: number, from: Images, to: Images | null): void {
    const step = this.#step(index);
    if (step.kind === 'attention' && this.#request.mode === 'sample') {
      this.#attention(code, opcode.attention, index, [from]);
    }
    if (to === null) return;
    const matrices = [...this.#matrices(index, step).flat(), 0, 0];
    for (const field of fieldsOf(from, to)) {
      const tables = [...table(step.inputShape, from, field), ...table(step.shape, to, field)];
      emitSized(code, opcode.transform, [...this.#shapes(step), ...matrices, ...tables]);
    }
  }

  /** Adds what the result's cotangents `g` (null: there are none) send to the input's, and to those of factors. */
  adjoint(code: Assembler, index: number, values: Images, to: Images, g: Images | null): void {
    const step = this.#step(index);
    const attention = step.kind === 'attention';
    const matrices = this.#matrices(index, step).flat();
    const cotangents = attention ? this.#weightCotangents(index) : [0, 0];
    for (const field of g === null ? [] : fieldsOf(to, g)) {
      const tables = [values, to].flatMap((images) => table(step.inputShape, images, field));
      const words = [...this.#shapes(step), ...matrices, ...cotangents, ...tables];
      emitSized(code, opcode.transformAdjoint, [...words, ...table(step.shape, g!, field)]);
    }
    if (attention && this.#request.mode === 'sample') {
      this.#attention(code, opcode.attentionAdjoint, index, [values, to]);
    }
  }

  #step(index: number): WholeStep {
    const step = this.#request.lowered.steps[index];
    if (!isWhole(step)) throw new Error(`${step.kind} goes displacement by displacement`);
    return step;
  }

  #shapes(step: WholeStep): number[] {
    return [...step.inputShape, ...step.shape, this.#regions.wholeScratch];
  }

  #matrices(index: number, step: WholeStep): readonly [MatrixWords, MatrixWords] {
    const { factors1, factors2, factorAt, factorStep1, tables, x1, x2 } = this.#regions;
    if (step.kind === 'attention') {
      return [
        [factors1 + factorAt[index] * factorStep1, factorStep1],
        [factors2 + factorAt[index] * this.#lane, this.#lane],
      ];
    }
    if ('values' in step.matrix) {
      const constant = [tables[index], this.#number] as const;
      return [constant, constant];
    }
    const entry1 = this.#request.mode === 'sample' ? this.#lane : this.#number;
    const { at } = step.matrix;
    return [
      [x1 + at * entry1, entry1],
      [x2 + at * this.#lane, this.#lane],
    ];
  }

  #weightCotangents(index: number): [number, number] {
    const { variances1, variances2, varianceAt } = this.#regions;
    return [variances1 && variances1 + varianceAt[index], variances2 && variances2 + varianceAt[index]];
  }

  #attention(
    code: Assembler,
    name: typeof opcode.attention | typeof opcode.attentionAdjoint,
    index: number,
    images: readonly Images[],
  ): void {
    const step = this.#step(index);
    if (step.kind !== 'attention') return;
    const { factors2, factorAt, tables, wholeScratch, x2 } = this.#regions;
    const g = name === opcode.attention ? 0 : this.#weightCotangents(index)[1];
    const words = [
      ...[
        ...step.shape,
        wholeScratch,
        mechanisms[step.mechanism],
        factors2 + factorAt[index] * this.#lane,
        g,
      ],
      step.bias === null ? 0 : tables[index],
      step.keys === null ? 0 : x2 + step.keys * this.#lane,
      ...images.flatMap((each) => table(step.shape, each, 'k')),
    ];
    emitSized(code, name, words, [step.scale]);
  }
}

/** Numbers of scratch for each lane: the input's and the result's pairs of positions, and two half-way products. */
export function wholeScratchSize(step: WholeStep): number {
  const [n, m] = [pixels(step.inputShape), pixels(step.shape)];
  return n * n + 2 * n * m + m * m;
}

type Field = 'k' | 'theta';

/** The fields that two steps' images both have. */
function fieldsOf(a: Images, b: Images): Field[] {
  const has = (images: Images) => [...images.values()].some(({ theta }) => theta !== 0);
  return has(a) && has(b) ? ['k', 'theta'] : ['k'];
}

/** The addresses of one field's images by displacement, 0 where there is none. */
function table(shape: Triple, images: Images, field: Field): number[] {
  return OffsetSet.all(shape)
    .sorted()
    .map((d) => images.get(d.join())?.[field] ?? 0);
}

/** Emits an instruction that says its length, an even number of words. */
function emitSized(
  code: Assembler,
  name: (typeof opcode)[keyof typeof opcode],
  words: readonly number[],
  floats: readonly number[] = [],
): void {
  const length = 2 + words.length + 2 * floats.length;
  const padding = length % 2 === 1 ? [0] : [];
  code.emit(name, [length + padding.length, ...words, ...padding], floats);
}
