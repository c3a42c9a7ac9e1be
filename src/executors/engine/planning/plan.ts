import { bytesOf } from '../../../base/dtype.js';
import type { Offset } from '../../../program/ops/rule.js';
import { imageSize, isZero, OffsetSet, perAxis, pixels } from '../lowering/geometry.js';
import type { Step } from '../lowering/lower.js';
import { isWhole, readsVariances, stepNeeds } from '../lowering/lower.js';
import { walkNeeds } from '../lowering/needs.js';
import { Assembler, Layout } from './assembler.js';
import { Emission } from './emit/emission.js';
import { emitAdjoint, emitForward } from './emit/index.js';
import { emitPool } from './emit/pool.js';
import { emitWhole, emitWholeAdjoint } from './emit/whole.js';
import type { Image, ImageOf, Plan, PlanRequest, Range, ResultImage } from './plan-types.js';
import { layOut } from './regions.js';

/** A step at one offset, one of a chain between kept results. */
interface Instance {
  readonly step: number;
  readonly d: Offset;
}

/** Lays out memory and writes the instructions of a Program's forward and backward passes. */
export function plan(request: PlanRequest): Plan {
  const { lowered, mode } = request;
  const { steps } = lowered;
  const number = bytesOf(request.dtype);
  const layout = new Layout(request.base);
  const regions = layOut(request, number, layout);
  const emission = new Emission(request, regions, number);
  const backwards = request.gradient.x1 || request.gradient.x2;

  const wanted = new Map<number, OffsetSet>();
  const origin = OffsetSet.all([1, 1, 1]);
  if (mode === 'sample') {
    steps.forEach((step, index) => {
      if (readsVariances(step)) wanted.set(index, origin);
    });
  }
  if (request.result) {
    const all = request.result === 'all';
    wanted.set(lowered.output, all ? OffsetSet.all(steps[lowered.output].shape) : origin);
  }
  const needs = walkNeeds(lowered, wanted);

  const hasTheta = (step: Step) => request.ntk && step.theta;
  const keep = (): { images: Map<string, Image>[]; range: Range } => {
    const start = layout.end;
    const images = steps.map((step, index) => {
      const byOffset = new Map<string, Image>();
      if (!needs.kept[index]) return byOffset;
      for (const d of needs.offsets[index].sorted()) {
        const bytes = emission.bytes(step.shape, d);
        byOffset.set(d.join(), {
          k: layout.reserve(bytes),
          theta: hasTheta(step) ? layout.reserve(bytes) : 0,
        });
      }
      return byOffset;
    });
    return { images, range: [start, layout.end] };
  };
  const values = keep();
  const cotangents = backwards
    ? keep()
    : { images: steps.map(() => new Map<string, Image>()), range: [0, 0] as const };

  const slots = new Slots(layout, largestImage());
  const isProduct = (step: Step) => step.kind === 'source' && step.product;
  const roots = steps
    .map((_, index) => index)
    .filter((index) => needs.kept[index] && needs.offsets[index].size > 0 && !isProduct(steps[index]));

  const forward = new Assembler();
  for (const root of roots) forwardRoot(root);
  const backward = new Assembler();
  if (backwards) for (const root of [...roots].reverse()) backwardRoot(root);

  const code = (assembler: Assembler) => ({ at: layout.reserve(assembler.bytes), words: assembler.finish() });
  const forwardCode = code(forward);
  const backwardCode = code(backward);
  const source = steps.findIndex((step) => step.kind === 'source');
  const sourceStep = steps[source];
  const origins = (images: readonly Map<string, Image>[]) => images[source].get('0,0,0')?.k ?? 0;
  const {
    descriptors,
    filters: _f,
    tables: _t,
    wholeScratch: _s,
    factorAt: _a,
    factorStep1: _1,
    varianceAt: _v,
    ...addresses
  } = regions;
  return {
    data: [descriptors, forwardCode, backwardCode],
    forward: [forwardCode.at, forwardCode.at + forward.bytes],
    backward: [backwardCode.at, backwardCode.at + backward.bytes],
    end: layout.end,
    work: steps.reduce((sum, step, index) => sum + workOf(step, needs.offsets[index]), 0),
    ...addresses,
    gradient: request.gradient,
    product:
      sourceStep.kind === 'source' && isProduct(sourceStep)
        ? { k: origins(values.images), gK: origins(cotangents.images), channels: sourceStep.channels }
        : null,
    result: resultImages(values.images),
    gResult: resultImages(cotangents.images),
    values: values.range,
    cotangents: cotangents.range,
  };

  function resultImages(images: readonly Map<string, Image>[]): ResultImage[] {
    if (!request.result) return [];
    const { shape } = steps[lowered.output];
    return needs.offsets[lowered.output].sorted().flatMap((d) => {
      const image = images[lowered.output].get(d.join());
      return image ? [{ ...image, offset: perAxis((a) => d[a]), size: imageSize(shape, d) }] : [];
    });
  }

  function largestImage(): number {
    let largest = 16;
    steps.forEach((step, index) => {
      for (const d of needs.offsets[index].sorted())
        largest = Math.max(largest, emission.bytes(step.shape, d));
    });
    return largest;
  }

  /** Offset 0 first: there a sample's own variances come to be, which its other offsets need. */
  function ordered(set: OffsetSet): Offset[] {
    const offsets = set.sorted();
    return [...offsets.filter(isZero), ...offsets.filter((d) => !isZero(d))];
  }

  /** The instances that `end` depends on and that are not kept, inputs first, `end` last. */
  function chainTo(end: Instance): Instance[] {
    const seen = new Set<string>();
    const chain: Instance[] = [];
    const visit = (instance: Instance) => {
      const name = nameOf(instance);
      if (seen.has(name)) return;
      seen.add(name);
      for (const input of inputsOf(instance)) if (!needs.kept[input.step]) visit(input);
      chain.push(instance);
    };
    visit(end);
    return chain;
  }

  function inputsOf({ step, d }: Instance): Instance[] {
    return steps[step].inputs.flatMap((input) =>
      stepNeeds(lowered, steps[step], d).map((e) => ({ step: input, d: e })),
    );
  }

  /**
   * Writes a chain's forward instructions. With `taped`, what the nonlinearities were applied to stays, as do inputs
   * that adjoints read until these are released, and the end's own result, which no adjoint needs, is not computed.
   */
  function runChain(code: Assembler, chain: readonly Instance[], endImage: Image | null, taped: boolean) {
    const readers = new Map<string, number>();
    for (const instance of chain) {
      for (const input of inputsOf(instance))
        readers.set(nameOf(input), (readers.get(nameOf(input)) ?? 0) + 1);
    }
    const images = new Map<string, Image>();
    const tapes = new Map<string, Image>();
    const inputOf: ImageOf = (input, e) =>
      values.images[input].get(e.join()) ?? images.get(nameOf({ step: input, d: e }))!;
    const release = (instance: Instance) => {
      for (const input of inputsOf(instance)) {
        const left = readers.get(nameOf(input))! - 1;
        readers.set(nameOf(input), left);
        const image = images.get(nameOf(input));
        if (left === 0 && image) slots.give(image);
      }
    };
    const end = chain[chain.length - 1];
    for (const instance of chain) {
      const step = steps[instance.step];
      const name = nameOf(instance);
      const nonlinear = step.kind === 'filter' && step.activation !== null;
      const variances = mode === 'sample' && readsVariances(step) && isZero(instance.d);
      const tape = nonlinear && (taped || variances) ? slots.take(hasTheta(step)) : null;
      if (tape && taped) tapes.set(name, tape);
      const idle = instance === end && (taped || endImage === null);
      if (!idle || tape || (variances && !taped)) {
        const out = idle ? null : instance === end ? endImage! : slots.take(hasTheta(step));
        if (out && instance !== end) images.set(name, out);
        emitForward(emission, { code, index: instance.step, step, d: instance.d, input: inputOf, out, tape });
      }
      if (tape && !taped) slots.give(tape);
      if (!(taped && adjointReadsInputs(step))) release(instance);
    }
    return { tapes, inputOf, release };
  }

  /** Whether a root's result is read; a step that nothing reads is there for its variances alone. */
  function isRead(root: number): boolean {
    const reads = (reader: Step, i: number) => needs.offsets[i].size > 0 && reader.inputs.includes(root);
    return root === lowered.output || steps.some(reads);
  }

  function forwardRoot(root: number): void {
    const step = steps[root];
    const read = isRead(root);
    if (isWhole(step)) {
      const from = values.images[step.inputs[0]];
      emitWhole(emission, forward, root, from, read ? values.images[root] : null);
      return;
    }
    if (step.kind !== 'pool') {
      for (const d of ordered(needs.offsets[root])) {
        runChain(
          forward,
          chainTo({ step: root, d }),
          read ? values.images[root].get(d.join())! : null,
          false,
        );
      }
      return;
    }
    for (const d of needs.offsets[root].sorted()) {
      emission.zero(forward, step.shape, d, values.images[root].get(d.join())!);
    }
    const [input] = step.inputs;
    for (const d of ordered(needs.offsets[input])) {
      const kept = values.images[input].get(d.join());
      const image = kept ?? slots.take(hasTheta(steps[input]));
      if (!kept) runChain(forward, chainTo({ step: input, d }), image, false);
      emitPool(emission, forward, step, d, image, values.images[root], false);
      if (!kept) slots.give(image);
    }
  }

  function backwardRoot(root: number): void {
    const step = steps[root];
    if (isWhole(step)) {
      const g = isRead(root) ? cotangents.images[root] : null;
      const [input] = step.inputs;
      emitWholeAdjoint(emission, backward, root, values.images[input], cotangents.images[input], g);
      return;
    }
    const end = step.kind === 'pool' ? step.inputs[0] : root;
    for (const d of ordered(needs.offsets[end]).reverse()) {
      const kept = cotangents.images[end].get(d.join());
      const g = kept ?? slots.take(hasTheta(steps[end]));
      if (!kept) emission.zero(backward, steps[end].shape, d, g);
      if (step.kind === 'pool') emitPool(emission, backward, step, d, g, cotangents.images[root], true);
      if (step.kind !== 'pool' || !kept) unwindChain(chainTo({ step: end, d }), g);
      if (!kept) slots.give(g);
    }
  }

  /** Recomputes a chain with tapes, then sends its end's cotangent `g` back along it. */
  function unwindChain(chain: readonly Instance[], g: Image): void {
    const { tapes, inputOf, release } = runChain(backward, chain, null, true);
    const flows = new Map<string, Image>([[nameOf(chain[chain.length - 1]), g]]);
    const flowOf = (input: number, e: Offset): Image => {
      const kept = cotangents.images[input].get(e.join());
      if (kept) return kept;
      const name = nameOf({ step: input, d: e });
      let flow = flows.get(name);
      if (!flow) {
        flow = slots.take(hasTheta(steps[input]));
        emission.zero(backward, steps[input].shape, e, flow);
        flows.set(name, flow);
      }
      return flow;
    };
    for (const instance of [...chain].reverse()) {
      const name = nameOf(instance);
      const flow = flows.get(name)!;
      const { step: index, d } = instance;
      const [step, tape] = [steps[index], tapes.get(name) ?? null];
      const at = { code: backward, index, step, d, input: flowOf, tape, g: flow, value: inputOf };
      emitAdjoint(emission, at);
      if (adjointReadsInputs(step)) release(instance);
      if (flow !== g) slots.give(flow);
      if (tape) slots.give(tape);
    }
  }
}

/** Time of a product of two numbers in a product of matrices, in units of a ReLU. */
const PRODUCT_COST = 0.25;

/** Pixels that a step computes for a pair at these displacements, in units of a ReLU's. */
export function workOf(step: Step, offsets: OffsetSet): number {
  if (isWhole(step)) {
    const [n, m] = [pixels(step.inputShape), pixels(step.shape)];
    return offsets.size === 0 ? 0 : PRODUCT_COST * n * m * (n + m);
  }
  const cost = (step.kind === 'filter' && step.activation?.cost) || 1;
  return cost * offsets.sorted().reduce((sum, d) => sum + pixels(imageSize(step.shape, d)), 0);
}

/** Whether a step's adjoint needs what the step was applied to. */
const adjointReadsInputs = (step: Step): boolean => step.kind === 'product' || step.kind === 'normalize';

const nameOf = ({ step, d }: Instance): string => `${step}@${d.join()}`;

/** Reusable places for one image each. */
class Slots {
  readonly #layout: Layout;
  readonly #bytes: number;
  readonly #free: Image[] = [];

  constructor(layout: Layout, bytes: number) {
    this.#layout = layout;
    this.#bytes = bytes;
  }

  take(theta: boolean): Image {
    const slot = this.#free.pop() ?? {
      k: this.#layout.reserve(this.#bytes),
      theta: this.#layout.reserve(this.#bytes),
    };
    return theta ? slot : { k: slot.k, theta: 0 };
  }

  give(image: Image): void {
    this.#free.push(image.theta ? image : { k: image.k, theta: image.k + this.#bytesRounded });
  }

  get #bytesRounded(): number {
    return Math.ceil(this.#bytes / 16) * 16;
  }
}
