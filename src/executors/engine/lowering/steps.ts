import type { AttentionMechanism } from '../../../program/ops/attention.js';
import type { AnyOp } from '../../../program/ops/index.js';
import type { PositionMatrix } from '../../../program/ops/transform.js';
import type { EngineActivation } from './activations.js';
import { pixels, type Triple } from './geometry.js';
import type { Weights } from './weights.js';

interface StepBase {
  /** Steps read, by index. */
  readonly inputs: readonly number[];
  readonly shape: Triple;
  /** Whether Θ can differ from 0 after the step. */
  readonly theta: boolean;
  /** The ops that the step runs, first to last. */
  readonly ops: readonly AnyOp[];
}

interface WindowStep extends StepBase {
  readonly window: Triple;
  readonly strides: Triple;
  readonly low: Triple;
  readonly scale: number;
}

/** Steps that mix all positions: run for all displacements at once. */
export type WholeStep = StepBase & { readonly inputShape: Triple } & (
    | { readonly kind: 'transform'; readonly matrix: PositionMatrix }
    | {
        readonly kind: 'attention';
        readonly mechanism: AttentionMechanism;
        readonly scale: number;
        readonly bias: readonly (readonly number[])[] | null;
        readonly keys: number | null;
      }
  );

/** A unit of the engine's work: one op, or a run of weights and a nonlinearity done in one pass. */
export type Step =
  | (StepBase & {
      readonly kind: 'source';
      readonly channels: number;
      /** Where in the rows the input begins. */
      readonly at: number;
      /** Whether rows are this one input of one pixel, whose covariance is a matrix product outside the plan. */
      readonly product: boolean;
    })
  | (StepBase & {
      readonly kind: 'filter';
      readonly window: Triple;
      readonly strides: Triple;
      readonly low: Triple;
      readonly weights: Weights;
      readonly activation: EngineActivation | null;
    })
  | (WindowStep & { readonly kind: 'pool' })
  | (WindowStep & { readonly kind: 'transposedPatch' })
  | (StepBase & {
      readonly kind: 'select';
      /** Per axis of the input: the input position, or −1, of each position of the result. */
      readonly at: readonly (readonly number[])[];
      /** Per axis of the input: the result's axis, or −1 where the result has none. */
      readonly axes: Triple;
    })
  /** Weights of each sample's own, from `at` on in its row. */
  | (StepBase & { readonly kind: 'weighSamples'; readonly at: number })
  | (StepBase & { readonly kind: 'weigh'; readonly weights: readonly (readonly number[])[] })
  | (StepBase & {
      readonly kind: 'normalize';
      /** Per axis: 1 if the variance is averaged over it. */
      readonly averaged: Triple;
      readonly eps: number;
    })
  /** A matrix `[out, in]` per axis. */
  | (StepBase & { readonly kind: 'mix'; readonly matrices: readonly (readonly (readonly number[])[])[] })
  /** For each of the result's axes, the input's axis that it is. */
  | (StepBase & { readonly kind: 'permute'; readonly order: Triple })
  | WholeStep
  /** R, positions in row-major order. */
  | (StepBase & { readonly kind: 'embed'; readonly covariance: readonly (readonly number[])[] })
  | (StepBase & { readonly kind: 'dropout'; readonly scale: number })
  | (StepBase & { readonly kind: 'sum' | 'product' | 'diagonal' });

export type FilterStep = Extract<Step, { kind: 'filter' }>;

/** Whether a step is run for all displacements at once. */
export const isWhole = (step: Step): step is WholeStep =>
  step.kind === 'transform' || step.kind === 'attention';

/** Numbers that a step wants of each sample, which the `sample` plan computes once: its factors, made of the variances. */
export function factorsOf(step: Step): number {
  if (step.kind === 'normalize') return pixels(step.shape);
  if (step.kind === 'attention') return pixels(step.shape) ** 2;
  return step.kind === 'filter' ? (step.activation?.factors ?? 0) * pixels(step.shape) : 0;
}

/** Numbers of a sample's variances, or of attention its factors, whose cotangents a step adds to. */
export function variancesOf(step: Step): number {
  if (step.kind === 'attention') return factorsOf(step);
  return readsVariances(step) ? pixels(step.shape) : 0;
}

/** Numbers of scratch for each lane: the input's and the result's pairs of positions, and two half-way products. */
export function wholeScratchSize(step: WholeStep): number {
  const [n, m] = [pixels(step.inputShape), pixels(step.shape)];
  return n * n + 2 * n * m + m * m;
}

/** Whether a step depends on the covariances of each sample with itself. */
export const readsVariances = (step: Step): boolean =>
  step.kind === 'normalize' ||
  step.kind === 'attention' ||
  (step.kind === 'filter' && step.activation !== null);
