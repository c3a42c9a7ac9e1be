import type { Displacement } from '../../../../program/ops/rule.js';
import { imageSize, perAxis, type Triple } from '../../lowering/geometry.js';
import type { Assembler } from '../assembler.js';
import type { Image } from '../plan-types.js';
import { type Emission, rowSizes, type StepOf, type StepRule } from './emission.js';

/** Positions chosen on each axis. */
export const selectRule: StepRule<'select'> = {
  forward(emission, { code, step, d, input, out }) {
    emission.zero(code, step.shape, d, out!);
    eachBox(emission, step, d, (to, from, extent, toSize, fromSize, e) => {
      const source = input(step.inputs[0], e);
      addBox(code, shifted(out!, to), shifted(source, from), extent, toSize, fromSize);
    });
  },
  adjoint(emission, { code, step, d, g, input }) {
    eachBox(emission, step, d, (to, from, extent, toSize, fromSize, e) => {
      const source = input(step.inputs[0], e);
      addBox(code, shifted(source, from), shifted(g, to), extent, fromSize, toSize);
    });
  },
};

/** The boxes of the result at `d` and where each comes from: per axis, runs of neighbours at one input displacement. */
function eachBox(
  emission: Emission,
  step: StepOf<'select'>,
  d: Displacement,
  visit: (to: number, from: number, extent: Triple, toSize: Triple, fromSize: Triple, e: Triple) => void,
): void {
  const n = emission.inputShape(step);
  const along = perAxis((a) => (step.axes[a] < 0 ? 0 : d[step.axes[a]]));
  const toSize = perAxis((a) => step.at[a].length - Math.abs(along[a]));
  const runs = [0, 1, 2].map((a) => runsOf(step.at[a], along[a]));
  for (const z of runs[0]) {
    for (const y of runs[1]) {
      for (const x of runs[2]) {
        const e: Triple = [z.e, y.e, x.e];
        const fromSize = imageSize(n, e);
        const to = ((z.to * toSize[1] + y.to) * toSize[2] + x.to) * emission.lane;
        const from = ((z.from * fromSize[1] + y.from) * fromSize[2] + x.from) * emission.lane;
        visit(to, from, [z.count, y.count, x.count], toSize, fromSize, e);
      }
    }
  }
}

function addBox(
  code: Assembler,
  to: Image,
  from: Image,
  extent: Triple,
  toSize: Triple,
  fromSize: Triple,
): void {
  const sizes = { extent, toRow: rowSizes(toSize), fromRow: rowSizes(fromSize) };
  code.emit('addBox', { to: to.k, from: from.k, ...sizes });
  if (to.theta && from.theta) code.emit('addBox', { to: to.theta, from: from.theta, ...sizes });
}

const shifted = (image: Image, bytes: number): Image => ({
  k: image.k + bytes,
  theta: image.theta && image.theta + bytes,
});

/** A run of positions of the result's axis that comes from consecutive positions of one input displacement `e`. */
interface Run {
  readonly to: number;
  readonly from: number;
  readonly count: number;
  readonly e: number;
}

/** Splits an axis of the image at displacement `d` of the positions `at` (−1: nothing there). */
function runsOf(at: readonly number[], d: number): Run[] {
  const first = Math.max(0, -d);
  const runs: { to: number; from: number; count: number; e: number }[] = [];
  for (let i = 0; i < at.length - Math.abs(d); i++) {
    const p = at[first + i];
    const p2 = at[first + i + d];
    if (p < 0 || p2 < 0) continue;
    const e = p2 - p;
    const from = p - Math.max(0, -e);
    const last = runs.at(-1);
    const continues = last && last.e === e && last.from + last.count === from && last.to + last.count === i;
    if (continues) last.count++;
    else runs.push({ to: i, from, count: 1, e });
  }
  return runs;
}
