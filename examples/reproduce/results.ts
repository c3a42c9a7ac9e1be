import { cpus } from 'node:os';
import type { Job } from './jobs.js';

/** Where a run stood at one of its evaluations. */
export interface CurvePoint {
  readonly step: number;
  /** Of the steps so far, without evaluations. */
  readonly seconds: number;
  readonly accuracy: number;
}

/** One independent run of a job. */
export interface Run {
  readonly seed: number;
  /** On the whole test set. */
  readonly accuracy: number;
  /** Distilling, without evaluations. */
  readonly seconds: number;
  readonly curve: readonly CurvePoint[];
}

/** What a job came to, as it is written under `out/reproduce`. */
export interface JobResult {
  readonly job: Job;
  readonly runs: readonly Run[];
  /** Sizes of the data. */
  readonly data: { readonly train: number; readonly test: number };
  readonly machine: string;
}

/** The machine that this runs on, in words. */
export function machine(threads: number): string {
  return `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${threads} threads, Node ${process.versions.node}`;
}

/** Mean and, of several, standard deviation of the accuracies, %. */
export function summary(runs: readonly Run[]): string {
  const values = runs.map(({ accuracy }) => 100 * accuracy);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  if (values.length < 2) return mean.toFixed(1);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return `${mean.toFixed(1)} ± ${Math.sqrt(variance).toFixed(1)}`;
}
