import type { AttentionMechanism } from '../../../../program/ops/attention.js';
import { OffsetSet, type Triple } from '../../lowering/geometry.js';
import { isWhole, type WholeStep } from '../../lowering/lower.js';
import type { Assembler } from '../assembler.js';
import { opcode } from '../opcodes.js';
import type { Image } from '../plan-types.js';
import type { Emission } from './emission.js';

/** K's and Θ's addresses of a step's images by displacement. */
type Images = ReadonlyMap<string, Image>;

/** A matrix over positions: its address and the bytes of an entry, which is one number or a row of lanes. */
type MatrixWords = readonly [at: number, entry: number];

/** As in `assembly/attention.ts`. */
const mechanisms: { readonly [Name in AttentionMechanism]: number } = {
  softmax: 0,
  identity: 1,
  abs: 2,
  relu: 3,
};

/**
 * Writes the instructions of a step that mixes all positions, at all displacements at once, from its input's images; `to`
 * null: of no more than the sample's factors, as nothing reads the result.
 */
export function emitWhole(
  emission: Emission,
  code: Assembler,
  index: number,
  from: Images,
  to: Images | null,
): void {
  const step = wholeStep(emission, index);
  if (step.kind === 'attention' && emission.ofSamples) {
    emitAttention(emission, code, opcode.attention, index, [from]);
  }
  if (to === null) return;
  const matrices = [...matricesOf(emission, index, step).flat(), 0, 0];
  for (const field of fieldsOf(from, to)) {
    const tables = [...table(step.inputShape, from, field), ...table(step.shape, to, field)];
    emitSized(code, opcode.transform, [...shapesOf(emission, step), ...matrices, ...tables]);
  }
}

/**
 * Writes the instructions that add what the cotangents `g` of a step that mixes all positions (null: there are none) send to
 * the input's, `to`, and to those of factors; `values` are the input's own images.
 */
export function emitWholeAdjoint(
  emission: Emission,
  code: Assembler,
  index: number,
  values: Images,
  to: Images,
  g: Images | null,
): void {
  const step = wholeStep(emission, index);
  const attention = step.kind === 'attention';
  const matrices = matricesOf(emission, index, step).flat();
  const cotangents = attention ? weightCotangents(emission, index) : [0, 0];
  for (const field of g === null ? [] : fieldsOf(to, g)) {
    const tables = [values, to].flatMap((images) => table(step.inputShape, images, field));
    const words = [...shapesOf(emission, step), ...matrices, ...cotangents, ...tables];
    emitSized(code, opcode.transformAdjoint, [...words, ...table(step.shape, g!, field)]);
  }
  if (attention && emission.ofSamples) {
    emitAttention(emission, code, opcode.attentionAdjoint, index, [values, to]);
  }
}

function wholeStep({ lowered }: Emission, index: number): WholeStep {
  const step = lowered.steps[index];
  if (!isWhole(step)) throw new Error(`${step.kind} goes offset by offset`);
  return step;
}

const shapesOf = ({ regions }: Emission, step: WholeStep): number[] => [
  ...step.inputShape,
  ...step.shape,
  regions.wholeScratch,
];

function matricesOf(
  { regions, number, number1, lane }: Emission,
  index: number,
  step: WholeStep,
): readonly [MatrixWords, MatrixWords] {
  const { factors1, factors2, factorAt, factorStep1, tables, x1, x2 } = regions;
  if (step.kind === 'attention') {
    return [
      [factors1 + factorAt[index] * factorStep1, factorStep1],
      [factors2 + factorAt[index] * lane, lane],
    ];
  }
  if ('values' in step.matrix) {
    const constant = [tables[index], number] as const;
    return [constant, constant];
  }
  const { at } = step.matrix;
  return [
    [x1 + at * number1, number1],
    [x2 + at * lane, lane],
  ];
}

function weightCotangents({ regions }: Emission, index: number): [number, number] {
  const { variances1, variances2, varianceAt } = regions;
  return [variances1 && variances1 + varianceAt[index], variances2 && variances2 + varianceAt[index]];
}

function emitAttention(
  emission: Emission,
  code: Assembler,
  name: typeof opcode.attention | typeof opcode.attentionAdjoint,
  index: number,
  images: readonly Images[],
): void {
  const step = wholeStep(emission, index);
  if (step.kind !== 'attention') return;
  const { factors2, factorAt, tables, wholeScratch, x2 } = emission.regions;
  const { lane } = emission;
  const g = name === opcode.attention ? 0 : weightCotangents(emission, index)[1];
  const words = [
    ...[...step.shape, wholeScratch, mechanisms[step.mechanism], factors2 + factorAt[index] * lane, g],
    step.bias === null ? 0 : tables[index],
    step.keys === null ? 0 : x2 + step.keys * lane,
    ...images.flatMap((each) => table(step.shape, each, 'k')),
  ];
  emitSized(code, name, words, [step.scale]);
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
