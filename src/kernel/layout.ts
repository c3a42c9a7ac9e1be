import { UnsupportedError } from '../base/errors.js';
import { type Complete, flag, optional, rule } from '../base/options.js';
import type { Executor, Source } from '../executors/executor.js';
import { type AnyOp, opRules } from '../program/ops/index.js';
import type { Displacement, OpRule } from '../program/ops/rule.js';
import type { Program } from '../program/program.js';
import type { CovarianceField, Positions } from '../program/result.js';
import { diagonalOf, isDiagonal } from './diagonal.js';
import type { Kernel } from './kernel.js';

/** Options that say which covariances a kernel holds. */
export interface LayoutOptions {
  /**
   * True (default): cov1 and cov2 are those of each sample with itself, `[n1, …]` and `[n2, …]`. False: of all pairs of samples of
   * x1, `[n1, n1, …]`, and of x2.
   */
  readonly diagonalBatch?: boolean;
  /**
   * False (default): all fields hold all pairs of positions, `[…, h, h', w, w', …]`. True: each position and itself alone,
   * `[…, h, w, …]`, which takes much less where layers do not mix positions. `'auto'`: where Neural Tangents does.
   */
  readonly diagonalSpatial?: boolean | 'auto';
}

/** {@link LayoutOptions}; absent ones are as in the Kernels that a network starts from. */
export const layoutOptions = {
  diagonalBatch: optional(flag),
  diagonalSpatial: optional(
    rule<boolean | 'auto'>(
      "must be true, false or 'auto'",
      (given) => typeof given === 'boolean' || given === 'auto',
    ),
  ),
};

/** Which covariances of one output are wanted. */
export interface Layout {
  readonly diagonalBatch: boolean;
  readonly positions: Positions;
}

/**
 * The layout that options ask for, of a network that starts from inputs or from these Kernels; it is theirs by default.
 *
 * @throws UnsupportedError when the Kernels do not hold the covariances that it takes.
 */
export function layoutOf(
  program: Program,
  options: Complete<typeof layoutOptions>,
  given: readonly Kernel[],
): Layout {
  const missesBatch = given.some((kernel) => kernel.diagonalBatch);
  const missesSpatial = given.some((kernel) => kernel.diagonalSpatial);
  const { diagonalBatch = given.length === 0 || missesBatch, diagonalSpatial = missesSpatial } = options;
  if (!diagonalBatch && missesBatch) {
    throw new UnsupportedError(
      'kernel: the given Kernel holds no covariances of different samples of x1. Compute it with diagonalBatch: false.',
    );
  }
  if (missesSpatial && (diagonalSpatial === false || !readsEqualPositions(program))) {
    throw new UnsupportedError(
      'kernel: the given Kernel holds no covariances of different positions, which are needed here. Compute it without ' +
        'diagonalSpatial.',
    );
  }
  const automatic = missesSpatial || isDiagonal(diagonalOf(program));
  const equal = diagonalSpatial === 'auto' ? automatic : diagonalSpatial;
  return { diagonalBatch, positions: equal ? 'equal' : 'all' };
}

/** Whether the result at equal positions depends on nothing but the given covariances at equal positions. */
function readsEqualPositions({ ops, output }: Program): boolean {
  const wanted = ops.map(() => new Map<string, Displacement>());
  wanted[output].set(
    '',
    ops[output].shape.map(() => 0),
  );
  for (let index = output; index >= 0; index--) {
    const op = ops[index];
    const rule = opRules[op.op] as OpRule<AnyOp>;
    for (const displacement of wanted[index].values()) {
      for (const input of op.inputs) {
        for (const needed of rule.needs(op, displacement, ops[input].shape)) {
          wanted[input].set(needed.join(), needed);
        }
      }
    }
  }
  const isZero = (displacement: Displacement) => displacement.every((entry) => entry === 0);
  return ops.every((op, i) => op.op !== 'given' || [...wanted[i].values()].every(isZero));
}

/** What a Program starts from: x1 and x2, and x1 and x2 each with itself (null: x2 is x1). */
export interface Sources {
  readonly pair: Source;
  x1(): Source;
  x2(): Source | null;
}

/** The wanted covariances in a layout. */
export function evaluate(
  executor: Executor,
  program: Program,
  sources: Sources,
  want: readonly CovarianceField[],
  { diagonalBatch, positions }: Layout,
): ReturnType<Executor['evaluate']> {
  if (diagonalBatch) return executor.evaluate(program, sources.pair, want, positions);
  const pairs = want.filter((field) => field === 'nngp' || field === 'ntk');
  const ofSide = (source: Source | null) =>
    source && executor.evaluate(program, source, ['nngp'], positions).nngp;
  return {
    ...(pairs.length > 0 && executor.evaluate(program, sources.pair, pairs, positions)),
    ...(want.includes('cov1') && { cov1: ofSide(sources.x1()) }),
    ...(want.includes('cov2') && { cov2: ofSide(sources.x2()) }),
  };
}
