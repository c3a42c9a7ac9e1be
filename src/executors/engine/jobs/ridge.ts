import type { Program } from '../../../program/program.js';
import type { RidgeJob, RidgeSums, Rows } from '../../pairs.js';
import { ridgeByPairs, Sums } from '../../ridge-by-pairs.js';
import { slice } from '../../slice.js';
import { spans } from '../../spans.js';
import { compile } from '../planning/compile.js';
import type { Plans } from '../planning/plan-types.js';
import { blockSize } from '../tasks/blocks.js';
import { segmentSize } from '../tasks/segments.js';
import type { PoolOptions } from '../tasks/task-pool.js';
import type { RidgeTask } from '../tasks/tasks.js';
import { runTasks } from '../threads/thread-pool.js';
import { engineGram } from './gram.js';
import { visitsOnce } from './job-size.js';
import { engineVjp } from './vjp.js';

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
  job: RidgeJob & PoolOptions,
): Promise<RidgeSums> {
  const { dtype, field, gradient } = job;
  const [n, count] = [supports.count, targets.count];
  const sides = { x1: gradient, x2: false };
  const plans = compile(program, { dtype, ntk: field === 'ntk', gradient: sides, columns: count });
  if (!visitsOnce(plans, n, count)) {
    return ridgeByPairs({ gram: engineGram, vjp: engineVjp }, program, supports, targets, job);
  }
  return visitOnce(plans, supports, targets, job);
}

/** A segment of targets brings the supports' gradient, however many they are. */
const NO_RESULT = { perPair: 0, perSample: 0 };

async function visitOnce(
  plans: Plans,
  supports: Rows,
  targets: Rows,
  { field, same, classes, alpha, labels, scale, gradient, onProgress, ...options }: RidgeJob & PoolOptions,
): Promise<RidgeSums> {
  const [n, count] = [supports.count, targets.count];
  const block = blockSize(plans, n, count, true);
  const segments = spans(count, segmentSize(plans, [n, count], { ...block, rows: n }, NO_RESULT).columns);
  const tasks = function* (): Iterable<RidgeTask> {
    for (const span of segments) {
      yield {
        kind: 'ridge',
        x1: supports,
        x2: slice(targets, span),
        ...{ field, classes, alpha, scale },
        labels: labels.slice(span[0] * classes, span[1] * classes),
        diagonal: same ? span[0] : undefined,
        block,
      };
    }
  };
  const sums = new Sums(n * classes, gradient ? n * plans.pair.inputSize : null);
  await runTasks(plans, tasks(), options, (result, index) => {
    sums.add(result);
    onProgress?.(n * segments[index][1], n * count);
  });
  return sums;
}
