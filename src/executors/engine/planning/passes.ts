import type { Displacement } from '../../../program/ops/rule.js';
import { type DisplacementSet, isZero } from '../lowering/geometry.js';
import type { Needs } from '../lowering/needs.js';
import { isWhole, type Step } from '../lowering/steps.js';
import { Assembler } from './assembler.js';
import { chainTo, type Instance, nameOf } from './chain.js';
import { ChainRun } from './chain-run.js';
import type { Emission } from './emit/emission.js';
import { emitAdjoint } from './emit/index.js';
import { emitPool } from './emit/pool.js';
import { emitWhole, emitWholeAdjoint } from './emit/whole.js';
import type { KeptImages } from './kept-images.js';
import type { Image } from './plan-types.js';
import type { Slots } from './slots.js';

/** What both passes are written from. */
export interface PassContext {
  readonly emission: Emission;
  readonly needs: Needs;
  readonly values: KeptImages;
  readonly cotangents: KeptImages;
  readonly slots: Slots;
}

/** The instructions of the forward pass: kept step by kept step, each with the chains that lead to it. */
export function forwardPass(context: PassContext): Assembler {
  const code = new Assembler();
  for (const root of rootsOf(context)) forwardRoot(context, code, root);
  return code;
}

/** The instructions of the backward pass: the same walk reversed, chains being run forward again first. */
export function backwardPass(context: PassContext): Assembler {
  const code = new Assembler();
  for (const root of rootsOf(context).reverse()) backwardRoot(context, code, root);
  return code;
}

/** The kept steps that have instructions of their own. */
function rootsOf({ emission, needs }: PassContext): number[] {
  const { steps } = emission.lowered;
  const isProduct = (step: Step) => step.kind === 'source' && step.product;
  return steps
    .map((_, index) => index)
    .filter((index) => needs.kept[index] && needs.displacements[index].size > 0 && !isProduct(steps[index]));
}

/** Whether a root's result is read; a step that nothing reads is there for its variances alone. */
function isRead({ emission, needs }: PassContext, root: number): boolean {
  const { steps, output } = emission.lowered;
  const reads = (reader: Step, i: number) => needs.displacements[i].size > 0 && reader.inputs.includes(root);
  return root === output || steps.some(reads);
}

/** Displacement 0 first: there a sample's own variances come to be, which its other displacements need. */
function ordered(set: DisplacementSet): Displacement[] {
  const displacements = set.sorted();
  return [...displacements.filter(isZero), ...displacements.filter((d) => !isZero(d))];
}

function forwardRoot(context: PassContext, code: Assembler, root: number): void {
  const { emission, needs, values, slots } = context;
  const { steps } = emission.lowered;
  const step = steps[root];
  const read = isRead(context, root);
  if (isWhole(step)) {
    const from = values.images[step.inputs[0]];
    emitWhole(emission, code, root, from, read ? values.images[root] : null);
    return;
  }
  const run = (end: Instance, image: Image | null) =>
    new ChainRun(emission, values, slots).write(
      code,
      chainTo(emission.lowered, needs.kept, end),
      image,
      false,
    );
  if (step.kind !== 'pool') {
    for (const d of ordered(needs.displacements[root])) {
      run({ step: root, d }, read ? values.images[root].get(d.join())! : null);
    }
    return;
  }
  for (const d of needs.displacements[root].sorted()) {
    emission.zero(code, step.shape, d, values.images[root].get(d.join())!);
  }
  const [input] = step.inputs;
  for (const d of ordered(needs.displacements[input])) {
    const kept = values.images[input].get(d.join());
    const image = kept ?? slots.take(emission.hasTheta(steps[input]));
    if (!kept) run({ step: input, d }, image);
    emitPool(emission, code, step, d, image, values.images[root], false);
    if (!kept) slots.give(image);
  }
}

function backwardRoot(context: PassContext, code: Assembler, root: number): void {
  const { emission, needs, values, cotangents, slots } = context;
  const { steps } = emission.lowered;
  const step = steps[root];
  if (isWhole(step)) {
    const g = isRead(context, root) ? cotangents.images[root] : null;
    const [input] = step.inputs;
    emitWholeAdjoint(emission, code, root, values.images[input], cotangents.images[input], g);
    return;
  }
  const end = step.kind === 'pool' ? step.inputs[0] : root;
  for (const d of ordered(needs.displacements[end]).reverse()) {
    const kept = cotangents.images[end].get(d.join());
    const g = kept ?? slots.take(emission.hasTheta(steps[end]));
    if (!kept) emission.zero(code, steps[end].shape, d, g);
    if (step.kind === 'pool') emitPool(emission, code, step, d, g, cotangents.images[root], true);
    if (step.kind !== 'pool' || !kept) unwindChain(context, code, { step: end, d }, g);
    if (!kept) slots.give(g);
  }
}

/** Recomputes the chain to `end` with tapes, then sends the end's cotangent `g` back along it. */
function unwindChain(context: PassContext, code: Assembler, end: Instance, g: Image): void {
  const { emission, needs, values, cotangents, slots } = context;
  const { steps } = emission.lowered;
  const chain = chainTo(emission.lowered, needs.kept, end);
  const run = new ChainRun(emission, values, slots);
  run.write(code, chain, null, true);
  const flows = new Map<string, Image>([[nameOf(end), g]]);
  const flowOf = (input: number, e: Displacement): Image => {
    const kept = cotangents.images[input].get(e.join());
    if (kept) return kept;
    const name = nameOf({ step: input, d: e });
    let flow = flows.get(name);
    if (!flow) {
      flow = slots.take(emission.hasTheta(steps[input]));
      emission.zero(code, steps[input].shape, e, flow);
      flows.set(name, flow);
    }
    return flow;
  };
  for (const instance of [...chain].reverse()) {
    const name = nameOf(instance);
    const flow = flows.get(name)!;
    const { step: index, d } = instance;
    const [step, tape] = [steps[index], run.tapes.get(name) ?? null];
    const spare = emission.constants ? slots.take(true) : null;
    emitAdjoint(emission, { code, index, step, d, input: flowOf, tape, g: flow, value: run.imageOf, spare });
    if (spare) slots.give(spare);
    if (emission.readsInputs(step)) run.release(instance);
    if (flow !== g) slots.give(flow);
    if (tape) slots.give(tape);
  }
}
