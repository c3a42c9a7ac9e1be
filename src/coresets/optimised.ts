import { anything, byDefault, isWhole, readOptions, rule } from '../base/options.js';
import { workOptions } from '../base/work-options.js';
import type { DatasetInput } from '../distill/index.js';
import { foldIn, type Key } from '../random/index.js';
import type { Coreset } from './coreset.js';
import { randomCoreset } from './random.js';

/** Options of `optimisedCoresets`. */
export interface OptimisedOptions {
  /** What the subsets are drawn from. */
  readonly key: Key;
  /** Random subsets that are scored; default 50. */
  readonly draws?: number;
  /** Part of them that is kept; default 0.2. */
  readonly keep?: number;
  /** Stops the work; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called after every subset, with those scored and those in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

const optimisedOptions = {
  key: anything<Key>(),
  draws: byDefault(50, rule('must be a whole number from 1', isWhole(1))),
  keep: byDefault(
    0.2,
    rule<number>('must be above 0, at most 1', (keep) => keep > 0 && keep <= 1),
  ),
  ...workOptions,
};

/** A coreset and its score. */
export interface ScoredCoreset extends Coreset {
  readonly score: number;
}

/**
 * "Optimised real" images: of many random subsets those that score best.
 *
 * @param size images in all, a multiple of the classes.
 * @param score larger is better: e.g. the accuracy of what is trained on the subset, on data that is not the test's.
 * @returns the best ones, best first.
 * @throws RangeError for numbers that make no sense, or a score that is NaN; as `randomCoreset` does.
 * @source T. Wang et al., Dataset distillation, 2018, https://arxiv.org/abs/1811.10959, section 4.
 *
 * @example
 * ```ts
 * import { optimisedCoresets, random } from 'neural-tangents';
 * const images = random.normal(random.key(0), [20, 2, 2, 1]);
 * const data = { images, labels: Int32Array.from({ length: 20 }, (_, i) => i % 2), numClasses: 2 };
 * const bright = async ({ images: chosen }: { images: { data: ArrayLike<number> } }) => chosen.data[0];
 * const best = await optimisedCoresets(data, 2, bright, { key: random.key(1), draws: 10 });
 * console.log(best.length, best[0].score >= best[1].score); // 2 true
 * ```
 */
export async function optimisedCoresets(
  data: DatasetInput,
  size: number,
  score: (coreset: Coreset) => number | Promise<number>,
  options: OptimisedOptions,
): Promise<ScoredCoreset[]> {
  const where = 'optimisedCoresets';
  const { key, draws, keep, signal, onProgress } = readOptions(where, options, optimisedOptions);
  const scored: ScoredCoreset[] = [];
  for (let draw = 0; draw < draws; draw++) {
    signal?.throwIfAborted();
    const coreset = randomCoreset(data, size, foldIn(key, draw));
    const value = await score(coreset);
    if (Number.isNaN(value))
      throw new RangeError(`${where}: score must give a number, got NaN for draw ${draw}.`);
    scored.push({ ...coreset, score: value });
    onProgress?.(draw + 1, draws);
  }
  return scored.sort((a, b) => b.score - a.score).slice(0, Math.max(1, Math.round(keep * draws)));
}
