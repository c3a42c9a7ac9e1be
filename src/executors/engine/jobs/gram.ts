import type { Program } from '../../../program/program.js';
import { putBlock, putSymmetric, putTransposed } from '../../matrix-blocks.js';
import type { GramFields, GramJob, Rows } from '../../pairs.js';
import { allocateFields } from '../../result-memory.js';
import { isSymmetric } from '../lowering/activations.js';
import { compile } from '../planning/compile.js';
import { blockSize, gridOf } from '../tasks/blocks.js';
import { segmentSize } from '../tasks/segments.js';
import type { PoolOptions } from '../tasks/task-pool.js';
import { runGrid } from './grid.js';

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
  { fields, block, resultDtype, ...options }: GramJob & PoolOptions,
): Promise<GramFields> {
  const same = x2 === null;
  const right = x2 ?? x1;
  const turned = !same && x1.count > right.count && isSymmetric(program);
  const pairs = turned ? { x1: right, x2: x1, same } : { x1, x2: right, same };
  const [n1, n2] = [pairs.x1.count, pairs.x2.count];
  const out = allocateFields(fields, x1.count, right.count, resultDtype ?? options.dtype);
  const plans = compile(program, { dtype: options.dtype, ntk: fields.includes('ntk'), columns: n2 });
  const size = block ?? blockSize(plans, n1, n2);
  // Values are the same however pairs are grouped: threads of this process get single blocks.
  const grid = options.pool
    ? segmentSize(plans, [n1, n2], size, { perPair: fields.length, perSample: 0 })
    : size;
  await runGrid(
    plans,
    gridOf(n1, n2, grid, same),
    pairs,
    options,
    ([rows, columns], samples) => {
      const diagonal = same ? columns[0] - rows[0] : undefined;
      return { kind: 'gram', ...samples, fields, diagonal, block: options.pool && size };
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
