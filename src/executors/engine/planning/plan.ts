import { bytesOf } from '../../../base/dtype.js';
import { DisplacementSet, imageSize, perAxis } from '../lowering/geometry.js';
import { type Needs, walkNeeds } from '../lowering/needs.js';
import { readsVariances } from '../lowering/steps.js';
import { measureSamples, reserveSamples } from './addresses.js';
import { Allocator } from './allocator.js';
import { Assembler } from './assembler.js';
import { Emission } from './emit/emission.js';
import { type KeptImages, keepImages, noImages } from './kept-images.js';
import { backwardPass, forwardPass } from './passes.js';
import type { Plan, PlanRequest, ResultImage } from './plan-types.js';
import { Slots } from './slots.js';
import { writeConstants } from './step-constants.js';
import { workOf } from './work.js';

/** Lays out memory and writes the instructions of a Program's forward and backward passes. */
export function plan(request: PlanRequest): Plan {
  const { steps } = request.lowered;
  const number = bytesOf(request.dtype);
  const allocator = new Allocator(request.base);
  const { written, ...constants } = writeConstants(request, number, allocator);
  const { factorAt, factorStep1, varianceAt, constantAt, ...sizes } = measureSamples(request, number);
  const addresses = reserveSamples(request, number, sizes, allocator);
  const places = { ...constants, factorAt, factorStep1, varianceAt, constantAt };
  const emission = new Emission(request, number, addresses, places);

  const needs = needsOf(request);
  const backwards = request.gradient.x1 || request.gradient.x2;
  const values = keepImages(emission, needs, allocator);
  const cotangents = backwards ? keepImages(emission, needs, allocator) : noImages(steps.length);
  const slots = new Slots(allocator, largestImage(emission, needs));
  const context = { emission, needs, values, cotangents, slots };
  const forward = placed(forwardPass(context), allocator);
  const backward = placed(backwards ? backwardPass(context) : new Assembler(), allocator);
  return {
    data: [written, forward.code, backward.code],
    forward: forward.range,
    backward: backward.range,
    calls: [...forward.calls, ...backward.calls],
    end: allocator.end,
    work: steps.reduce((sum, step, index) => sum + workOf(step, needs.displacements[index]), 0),
    ...sizes,
    ...addresses,
    gradient: request.gradient,
    product: productOf(request, values, cotangents),
    result: resultImages(request, needs, values),
    gResult: resultImages(request, needs, cotangents),
    values: values.range,
    cotangents: cotangents.range,
  };
}

/** The displacements that the result and, of samples, the variances need. */
function needsOf({ lowered, mode, result }: PlanRequest): Needs {
  const wanted = new Map<number, DisplacementSet>();
  const origin = DisplacementSet.all([1, 1, 1]);
  if (mode === 'sample') {
    lowered.steps.forEach((step, index) => {
      if (readsVariances(step)) wanted.set(index, origin);
    });
  }
  if (result) {
    const { shape } = lowered.steps[lowered.output];
    wanted.set(lowered.output, result === 'all' ? DisplacementSet.all(shape) : origin);
  }
  return walkNeeds(lowered, wanted);
}

/** Bytes of the largest image of a step at a displacement. */
function largestImage(emission: Emission, needs: Needs): number {
  const bytes = emission.lowered.steps.flatMap((step, index) =>
    needs.displacements[index].sorted().map((d) => emission.bytes(step.shape, d)),
  );
  return bytes.reduce((a, b) => Math.max(a, b), 0);
}

/** Instructions with their place in memory. */
function placed(assembler: Assembler, allocator: Allocator) {
  // One more, so that a call at the end of one pass is at the start of no other.
  const at = allocator.reserve(assembler.bytes + 1);
  const range = [at, at + assembler.bytes] as const;
  const calls = assembler.calls.map((call) => ({ ...call, at: at + call.at }));
  return { code: { at, words: assembler.finish() }, range, calls };
}

/** See `Plan.product`. */
function productOf({ lowered }: PlanRequest, values: KeptImages, cotangents: KeptImages): Plan['product'] {
  const index = lowered.steps.findIndex((step) => step.kind === 'source');
  const source = lowered.steps[index];
  if (source.kind !== 'source' || !source.product) return null;
  const origin = ({ images }: KeptImages) => images[index].get('0,0,0')?.k ?? 0;
  return { k: origin(values), gK: origin(cotangents), channels: source.channels };
}

function resultImages({ lowered, result }: PlanRequest, needs: Needs, { images }: KeptImages): ResultImage[] {
  if (!result) return [];
  const { output, steps } = lowered;
  const { shape } = steps[output];
  return needs.displacements[output].sorted().flatMap((d) => {
    const image = images[output].get(d.join());
    return image ? [{ ...image, displacement: perAxis((a) => d[a]), size: imageSize(shape, d) }] : [];
  });
}
