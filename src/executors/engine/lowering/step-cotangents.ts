import { opConstants } from '../../../program/constants.js';
import type { AnyOp } from '../../../program/ops/index.js';
import type { Program } from '../../../program/program.js';
import type { Lowered } from './lower.js';
import type { FilterStep, Step } from './steps.js';
import { compose, composeAdjoint, identity, type Weights } from './weights.js';

/** How many cotangents of constants the backward passes gather of a step: its weights' four, then its nonlinearity's. */
export const constantCount = (step: Step): number =>
  step.kind === 'filter' ? 4 + (step.activation?.derivatives?.length ?? 0) : 0;

/** The cotangents of a Program's constants (`constantsOf`), made of those that were gathered of its steps, one after the other. */
export function programCotangents(
  program: Program,
  { steps }: Lowered,
  gathered: Float64Array,
): Float64Array {
  const byOp = new Map<AnyOp, readonly number[]>();
  let at = 0;
  for (const step of steps) {
    const count = constantCount(step);
    if (step.kind === 'filter') share(step, [...gathered.subarray(at, at + count)], byOp);
    at += count;
  }
  return Float64Array.from(program.ops.flatMap((op) => byOp.get(op) ?? opConstants(op).map(() => 0)));
}

/** Gives a step's cotangents to the ops that it runs. */
function share(
  { ops, activation }: FilterStep,
  [scale, shift, ntkFromNngp, ntkShift, ...rest]: readonly number[],
  byOp: Map<AnyOp, readonly number[]>,
): void {
  let whole: Weights = { scale, shift, ntkFromNngp, ntkShift };
  for (let i = ops.length - 1; i >= 0; i--) {
    const op = ops[i];
    if (op.op === 'activation')
      byOp.set(
        op,
        rest.map((g, k) => activation!.derivatives![k].factor * g),
      );
    if (op.op !== 'affine') continue;
    const before = ops.slice(0, i).filter((other) => other.op === 'affine');
    const g = composeAdjoint(before.reduce<Weights>(compose, identity), op, whole);
    byOp.set(op, [g.b.scale, g.b.shift, g.b.ntkFromNngp, g.b.ntkShift]);
    whole = g.a;
  }
}
