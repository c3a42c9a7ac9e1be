import { cpus } from 'node:os';
import { spreadOf } from 'neural-tangents';
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
  const { mean, deviation } = spreadOf(runs.map(({ accuracy }) => 100 * accuracy));
  return runs.length < 2 ? mean.toFixed(1) : `${mean.toFixed(1)} ± ${deviation.toFixed(1)}`;
}
