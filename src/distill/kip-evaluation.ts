import type { Dataset } from '../data/index.js';
import { evaluateSupport } from './evaluate-support.js';
import type { KernelFamily } from './kernel-family.js';
import type { KipBest, KipEvaluation, KipStep } from './kip-state.js';
import type { Support, SupportOptions } from './types.js';

/** How well a support does on data held out, by each kernel of a family. */
export async function evaluateFamily(
  family: KernelFamily,
  support: Support,
  data: Dataset,
  options: SupportOptions,
): Promise<KipEvaluation> {
  const results: { name: string | null; loss: number; accuracy: number }[] = [];
  for (const { name, kernel } of family.members) {
    const { loss, accuracy } = await evaluateSupport(kernel, support, data, options);
    results.push({ name, loss, accuracy });
  }
  const mean = (field: 'loss' | 'accuracy') =>
    results.reduce((sum, result) => sum + result[field], 0) / results.length;
  return {
    loss: mean('loss'),
    accuracy: mean('accuracy'),
    kernels:
      results[0].name === null
        ? null
        : Object.fromEntries(results.map(({ name, loss, accuracy }) => [name, { loss, accuracy }])),
  };
}

/** The better of two by accuracy, then by loss; the earlier one where they do alike. */
export function betterOf(best: KipBest | null, next: KipBest): KipBest {
  if (best === null) return next;
  const [a, b] = [best.evaluation, next.evaluation];
  return b.accuracy > a.accuracy || (b.accuracy === a.accuracy && b.loss < a.loss) ? next : best;
}

/** Whether the last `patience` evaluations brought no better accuracy than those before. */
export function outOfPatience(history: readonly KipStep[], patience: number | undefined): boolean {
  if (patience === undefined) return false;
  const accuracies = history.flatMap(({ evaluation }) => (evaluation ? [evaluation.accuracy] : []));
  const best = Math.max(...accuracies);
  return accuracies.length - 1 - accuracies.indexOf(best) >= patience;
}
