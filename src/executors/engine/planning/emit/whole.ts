import { codeOf } from '../../instructions.js';
import { DisplacementSet, type Triple } from '../../lowering/geometry.js';
import { isWhole, type WholeStep } from '../../lowering/steps.js';
import type { Assembler } from '../assembler.js';
import type { Image } from '../plan-types.js';
import type { Emission } from './emission.js';

/** K's and Θ's addresses of a step's images by displacement. */
type Images = ReadonlyMap<string, Image>;

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
    emitAttention(emission, code, 'attention', index, [from]);
  }
  if (to === null) return;
  for (const field of fieldsOf(from, to)) {
    code.emit('transform', {
      ...placesOf(emission, index, step),
      gM1: 0,
      gM2: 0,
      images: [...table(step.inputShape, from, field), ...table(step.shape, to, field)],
    });
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
  const [gM1, gM2] = attention ? weightCotangents(emission, index) : [0, 0];
  for (const field of g === null ? [] : fieldsOf(to, g)) {
    const tables = [values, to].flatMap((images) => table(step.inputShape, images, field));
    const images = [...tables, ...table(step.shape, g!, field)];
    code.emit('transformAdjoint', { ...placesOf(emission, index, step), gM1, gM2, images });
  }
  if (attention && emission.ofSamples) {
    emitAttention(emission, code, 'attentionAdjoint', index, [values, to]);
  }
}

function wholeStep({ lowered }: Emission, index: number): WholeStep {
  const step = lowered.steps[index];
  if (!isWhole(step)) throw new Error(`${step.kind} goes displacement by displacement`);
  return step;
}

/** The sizes of a step that mixes all positions, its scratch, and its two matrices, whose entries are one number or one a lane. */
function placesOf(emission: Emission, index: number, step: WholeStep) {
  const [[m1, entry1], [m2, entry2]] = matricesOf(emission, index, step);
  const { wholeScratch: scratch } = emission.places;
  return { inShape: step.inputShape, outShape: step.shape, scratch, m1, entry1, m2, entry2 };
}

/** Of both matrices the address and the bytes of an entry. */
function matricesOf(
  { addresses, places, number, number1, lane }: Emission,
  index: number,
  step: WholeStep,
): readonly (readonly [at: number, entry: number])[] {
  const { factors1, factors2, x1, x2 } = addresses;
  const { factorAt, factorStep1, tables } = places;
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

function weightCotangents({ addresses, places }: Emission, index: number): [number, number] {
  const { variances1, variances2 } = addresses;
  const { varianceAt } = places;
  return [variances1 && variances1 + varianceAt[index], variances2 && variances2 + varianceAt[index]];
}

function emitAttention(
  emission: Emission,
  code: Assembler,
  name: 'attention' | 'attentionAdjoint',
  index: number,
  images: readonly Images[],
): void {
  const step = wholeStep(emission, index);
  if (step.kind !== 'attention') return;
  const { factors2, x2 } = emission.addresses;
  const { factorAt, tables, wholeScratch } = emission.places;
  const { lane } = emission;
  code.emit(name, {
    shape: step.shape,
    scratch: wholeScratch,
    mechanism: codeOf('mechanism', step.mechanism),
    weights: factors2 + factorAt[index] * lane,
    gWeights: name === 'attention' ? 0 : weightCotangents(emission, index)[1],
    bias: step.bias === null ? 0 : tables[index],
    keys: step.keys === null ? 0 : x2 + step.keys * lane,
    images: images.flatMap((each) => table(step.shape, each, 'k')),
    scale: step.scale,
  });
}

type Field = 'k' | 'theta';

/** The fields that two steps' images both have. */
function fieldsOf(a: Images, b: Images): Field[] {
  const has = (images: Images) => [...images.values()].some(({ theta }) => theta !== 0);
  return has(a) && has(b) ? ['k', 'theta'] : ['k'];
}

/** The addresses of one field's images by displacement, 0 where there is none. */
function table(shape: Triple, images: Images, field: Field): number[] {
  return DisplacementSet.all(shape)
    .sorted()
    .map((d) => images.get(d.join())?.[field] ?? 0);
}
