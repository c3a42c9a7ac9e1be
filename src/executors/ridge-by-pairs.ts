import { zeros } from '../base/dtype.js';
import { shareable } from '../base/shared-memory.js';
import type { Program } from '../program/program.js';
import { addAt } from './matrix-blocks.js';
import type { PairExecutor, RidgeJob, RidgeSums, Rows } from './pairs.js';
import { RidgeBlock, type RidgeBlockSums } from './ridge-block.js';
import { slice } from './slice.js';
import { spans } from './spans.js';

/** Entries of K that are held at once. */
const HELD_ENTRIES = 2 ** 22;

/**
 * Ridge regression's sums over all targets by an executor's Gram matrices and their gradients: some targets at a time, first the
 * covariances with all supports, then what these send back.
 */
export async function ridgeByPairs(
  { gram, vjp }: Pick<PairExecutor, 'gram' | 'vjp'>,
  program: Program,
  supports: Rows,
  targets: Rows,
  { field, same, classes, alpha, labels, scale, gradient, onProgress, ...options }: RidgeJob,
): Promise<RidgeSums> {
  const n = supports.count;
  const held = same ? targets.count : Math.max(1, Math.floor(HELD_ENTRIES / n));
  let sums: Sums | null = null;
  for (const span of spans(targets.count, held)) {
    const count = span[1] - span[0];
    const block = same ? targets : slice(targets, span);
    const covariances = await gram(program, supports, same ? null : block, { ...options, fields: [field] });
    const k = covariances[field]!;
    const part = labels.slice(span[0] * classes, span[1] * classes);
    const regression = new RidgeBlock({ classes, alpha, labels: part, scale }, n, count);
    regression.addResiduals(k, 0, count);
    let x1: Float64Array | null = null;
    if (gradient) {
      const cotangent = zeros(options.dtype, n * count);
      regression.writeCotangent(cotangent, 0, count);
      const cotangents = { nngp: null, ntk: null, [field]: shareable(options.dtype, cotangent) };
      const sides = { x1: true, x2: false };
      x1 = (await vjp(program, supports, block, cotangents, { ...options, sides, same })).x1;
    }
    sums ??= new Sums(n * classes, x1?.length ?? null);
    sums.add({ ...regression.sums(k), x1 });
    onProgress?.(n * span[1], n * targets.count);
  }
  return sums!;
}

/** Sums over blocks, in the blocks' order. */
export class Sums implements RidgeSums {
  loss = 0;
  correct = 0;
  readonly kG: Float64Array;
  readonly x1: Float64Array | null;

  /** @param kG how many entries K·G has. @param x1 how many the gradient has; null: there is none. */
  constructor(kG: number, x1: number | null) {
    this.kG = new Float64Array(kG);
    this.x1 = x1 === null ? null : new Float64Array(x1);
  }

  add({ loss, correct, kG, x1 }: RidgeBlockSums & { readonly x1: ArrayLike<number> | null }): void {
    this.loss += loss;
    this.correct += correct;
    addAt(this.kG, 0, kG);
    if (this.x1 && x1) addAt(this.x1, 0, x1);
  }
}
