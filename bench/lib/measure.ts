import type { Case, Scale, Sizes } from './case.js';
import { type Child, type FirstReply, type Prediction, start } from './processes.js';
import { median, relativeDifference } from './statistics.js';

/** One variant's figures. */
export interface Measured {
  readonly variant: string;
  readonly entries: number;
  /** Milliseconds of each round's run. */
  readonly ms: readonly number[];
  /** Median, least and most milliseconds of an entry or a run. */
  readonly time: { readonly median: number; readonly least: number; readonly most: number };
  /** Largest difference to the reference variant's numbers, relative to the largest of these. */
  readonly accuracy: number;
  /** Most bytes that the process took above what it started with and the result. */
  readonly peakBytes: number;
  readonly resultBytes: number;
  /** Median over the rounds of the baseline's time divided by this one's. */
  readonly ratio: { readonly against: string; readonly times: number } | null;
  readonly gigaflops: number | null;
  readonly prediction: Prediction | null;
}

/** A case's figures; `skipped` says which variants could not run, and why. */
export interface MeasuredCase {
  readonly case: string;
  readonly title: string;
  readonly per: Case['per'];
  readonly sizes: Sizes;
  readonly measured: readonly Measured[];
  readonly skipped: readonly { readonly variant: string; readonly reason: string }[];
}

/**
 * Runs all variants of a case, each in a process of its own that lives through all rounds; the variants take turns within a
 * round, so that a slow moment of the machine hits all of them.
 */
export async function measure(one: Case, scale: Scale, rounds: number): Promise<MeasuredCase> {
  const children: { variant: Case['variants'][number]; child: Child; ms: number[] }[] = [];
  const skipped: MeasuredCase['skipped'][number][] = [];
  try {
    for (const variant of one.variants) {
      const child = await start(one.name, variant.name, scale);
      if (typeof child === 'string') skipped.push({ variant: variant.name, reason: child });
      else children.push({ variant, child, ms: [] });
    }
    const first = new Map<string, FirstReply>();
    for (const { variant, child } of children) first.set(variant.name, await child.first());
    for (let round = 0; round < rounds; round++) {
      for (const { child, ms } of children) ms.push(await child.round());
    }
    const predictions = new Map<string, Prediction | null>();
    for (const { variant, child } of children) predictions.set(variant.name, await child.prediction());

    const reference = first.get(one.reference)!.sample;
    const measured = children.map(({ variant, child, ms }): Measured => {
      const { entries, resultBytes, flops } = child.ready;
      const { sample, peakBytes } = first.get(variant.name)!;
      const baseline = children.find((other) => other.variant.name === variant.against);
      return {
        ...{ variant: variant.name, entries, ms, peakBytes, resultBytes },
        time: {
          median: median(ms) / entries,
          least: Math.min(...ms) / entries,
          most: Math.max(...ms) / entries,
        },
        accuracy: relativeDifference(sample, reference),
        ratio: baseline
          ? { against: baseline.variant.name, times: median(baseline.ms.map((other, i) => other / ms[i])) }
          : null,
        gigaflops: flops === null ? null : flops / median(ms) / 1e6,
        prediction: predictions.get(variant.name) ?? null,
      };
    });
    const { name, title, per, sizes } = one;
    return { case: name, title, per, sizes: sizes[scale], measured, skipped };
  } finally {
    for (const { child } of children) child.stop();
  }
}
