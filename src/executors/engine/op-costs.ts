import type { Program } from '../../program/program.js';
import { DisplacementSet, imageSize, pixels } from './lowering/geometry.js';
import { lower } from './lowering/lower.js';
import { walkNeeds } from './lowering/needs.js';
import { workOf } from './planning/work.js';

/** What the engine takes for one op of a Program and one pair of samples. */
export interface OpCost {
  /** Displacements at which the op's result is needed. */
  readonly displacements: number;
  /** Entries of K[p, p′] that these are. */
  readonly entries: number;
  /** In pixels, of a ReLU's; 0 for an op that is done in one pass with the op that reads it. */
  readonly work: number;
  /** Displacements at which the input is needed that the op reads from memory; null where it is done in one pass with it. */
  readonly inputDisplacements: number | null;
}

/**
 * What each op takes where the whole result is wanted.
 *
 * @throws UnsupportedError when the engine cannot run the Program.
 */
export function opCosts(program: Program): OpCost[] {
  const lowered = lower(program);
  const { steps, output } = lowered;
  const { displacements } = walkNeeds(lowered, new Map([[output, DisplacementSet.all(steps[output].shape)]]));
  return program.ops.map((op) => {
    const at = steps.findIndex((step) => step.ops.includes(op));
    const { ops, shape, inputs } = steps[at];
    const needed = displacements[at].sorted();
    const reads = ops[0] === op && inputs.length > 0;
    return {
      displacements: needed.length,
      entries: needed.reduce((sum, d) => sum + pixels(imageSize(shape, d)), 0),
      work: ops[ops.length - 1] === op ? workOf(steps[at], displacements[at]) : 0,
      inputDisplacements: reads ? displacements[inputs[0]].size : null,
    };
  });
}
