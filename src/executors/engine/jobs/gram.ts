import type { Dtype, FloatArray } from '../../../base/nd-array.js';
import type { Program } from '../../../program/program.js';
import { isSymmetric } from '../lowering/activations.js';
import { compile } from '../planning/compile.js';
import { type BlockSize, blockSize } from '../tasks/blocks.js';
import type { PairField } from '../tasks/tasks.js';
import type { Rows } from '../tiles/tile.js';
import { gridOf, type JobOptions, runGrid } from './grid.js';
import { putBlock, putSymmetric, putTransposed } from './matrix-blocks.js';
import { allocateFields } from './result-memory.js';

/** Covariances of all pairs, `[n1, n2]`, of the fields that were asked for. */
export type GramFields = { readonly [Field in PairField]?: FloatArray };

/** What `engineGram` is to do. */
export interface GramJob extends JobOptions {
  readonly fields: readonly PairField[];
  /** Precision of the result; by default that of the computation. */
  readonly resultDtype?: Dtype;
  /** The size of the tasks' blocks; results are the same bits for every size. */
  readonly block?: BlockSize;
}

/**
 * Covariances of all pairs; x2 null: of x1 with itself, one triangle computed and mirrored.
 *
 * The lanes run along the longer side, as K(x1, x2) = K(x2, x1)ᵀ; the result is written as blocks come in and exists once.
 *
 * @throws RangeError when the result cannot be held.
 */
export async function engineGram(
  program: Program,
  x1: Rows,
  x2: Rows | null,
  { fields, block, resultDtype, ...options }: GramJob,
): Promise<GramFields> {
  const same = x2 === null;
  const right = x2 ?? x1;
  const turned = !same && x1.count > right.count && isSymmetric(program);
  const pairs = turned ? { x1: right, x2: x1, same } : { x1, x2: right, same };
  const [n1, n2] = [pairs.x1.count, pairs.x2.count];
  const out = allocateFields(fields, x1.count, right.count, resultDtype ?? options.dtype);
  const plans = compile(program, { dtype: options.dtype, ntk: fields.includes('ntk') });
  const grid = gridOf(n1, n2, block ?? blockSize(plans, n1, n2), same);
  await runGrid(
    plans,
    grid,
    pairs,
    options,
    ([rows, columns], samples) => {
      const diagonal = same ? columns[0] - rows[0] : undefined;
      return { kind: 'gram', ...samples, fields, diagonal };
    },
    (result, [rows, columns]) => {
      for (const field of fields) {
        const [from, to] = [result[field]!, out[field]!];
        if (same) putSymmetric(to, n2, rows, columns, from);
        else if (turned) putTransposed(to, n1, rows, columns, from);
        else putBlock(to, n2, rows, columns, from);
      }
    },
  );
  return out;
}
