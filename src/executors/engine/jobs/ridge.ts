import { shareable, zeros } from '../../../base/dtype.js';
import type { Program } from '../../../program/program.js';
import { compile } from '../planning/compile.js';
import type { Plans } from '../planning/plan-types.js';
import { blockSize, type Span, spans } from '../tasks/blocks.js';
import { RidgeBlock, type RidgeBlockSums, type RidgeData } from '../tasks/ridge-block.js';
import { slice } from '../tasks/slice.js';
import type { PairField, RidgeTask } from '../tasks/tasks.js';
import { runTasks } from '../threads/thread-pool.js';
import type { Rows } from '../tiles/tile.js';
import { engineGram } from './gram.js';
import type { JobOptions } from './grid.js';
import { visitsOnce } from './job-size.js';
import { addAt } from './matrix-blocks.js';
import { engineVjp } from './vjp.js';

/** Σ over all targets of a ridge regression's loss and hits, K·G, and the gradient in the supports. */
export interface RidgeSums extends RidgeBlockSums {
  readonly x1: Float64Array | null;
}

/** What `engineRidge` is to do. */
export interface RidgeJob extends JobOptions, RidgeData {
  readonly field: PairField;
  /** Whether the targets are the supports, one by one. */
  readonly same: boolean;
  /** Whether the gradient in the supports is wanted. */
  readonly gradient: boolean;
}

/** Entries of K that are held at once where its blocks are visited twice. */
const HELD_ENTRIES = 2 ** 22;

/**
 * Ridge regression's loss, hits, K·G and the gradient in the supports (`RidgeBlock` says what these are), over all targets.
 *
 * A block of targets is visited once with all supports: K's residuals need whole columns of K. Where so many supports and
 * what layers need of them outgrow a worker, K is computed first, and then its gradient, by blocks of any size.
 */
export function engineRidge(
  program: Program,
  supports: Rows,
  targets: Rows,
  options: RidgeJob,
): Promise<RidgeSums> {
  const { dtype, field, gradient } = options;
  const plans = compile(program, { dtype, ntk: field === 'ntk', gradient: { x1: gradient, x2: false } });
  const [n, count] = [supports.count, targets.count];
  if (!visitsOnce(plans, n, count)) return visitTwice(program, supports, targets, options);
  return visitOnce(plans, spans(count, blockSize(plans, n, count, true).columns), supports, targets, options);
}

async function visitOnce(
  plans: Plans,
  blocks: readonly Span[],
  supports: Rows,
  targets: Rows,
  { field, same, classes, alpha, labels, scale, gradient, onProgress, ...options }: RidgeJob,
): Promise<RidgeSums> {
  const n = supports.count;
  const tasks = function* (): Iterable<RidgeTask> {
    for (const span of blocks) {
      yield {
        kind: 'ridge',
        x1: supports,
        x2: slice(targets, span),
        ...{ field, classes, alpha, scale },
        labels: labels.slice(span[0] * classes, span[1] * classes),
        diagonal: same ? span[0] : undefined,
      };
    }
  };
  const sums = new Sums(n * classes, gradient ? n * plans.pair.inputSize : null);
  await runTasks(plans, tasks(), options, (result, index) => {
    sums.add(result);
    onProgress?.(n * blocks[index][1], n * targets.count);
  });
  return sums;
}

async function visitTwice(
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
    const covariances = await engineGram(program, supports, same ? null : block, {
      ...options,
      fields: [field],
    });
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
      x1 = (await engineVjp(program, supports, block, cotangents, { ...options, sides, same })).x1;
    }
    sums ??= new Sums(n * classes, x1?.length ?? null);
    sums.add({ ...regression.sums(k), x1 });
    onProgress?.(n * span[1], n * targets.count);
  }
  return sums!;
}

/** Sums over blocks, in the blocks' order. */
class Sums implements RidgeSums {
  loss = 0;
  correct = 0;
  readonly kG: Float64Array;
  readonly x1: Float64Array | null;

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
