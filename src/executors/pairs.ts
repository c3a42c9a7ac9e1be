import type { Dtype, FloatArray } from '../base/nd-array.js';
import type { Program } from '../program/program.js';
import type { RidgeBlockSums, RidgeData } from './ridge-block.js';

/** A covariance that is one number for each pair of samples. */
export type PairField = 'nngp' | 'ntk';

/** Samples as rows of a matrix, `[count, rowSize]`. */
export interface Rows {
  readonly data: FloatArray;
  readonly count: number;
}

/** How a job is run. */
export interface PairOptions {
  readonly dtype: Dtype;
  readonly threads: number;
  readonly signal?: AbortSignal;
  /** Called with the pairs done and the pairs in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Covariances of all pairs are wanted. */
export interface GramJob extends PairOptions {
  readonly fields: readonly PairField[];
  /** Precision of the result; by default that of the computation. */
  readonly resultDtype?: Dtype;
  /** Rows and columns of the blocks that the pairs are cut into; values have the same bits for every size. */
  readonly block?: { readonly rows: number; readonly columns: number };
}

/** The gradients of Σ nngp̄∘nngp + Σ ntk̄∘ntk are wanted. */
export interface VjpJob extends PairOptions {
  /** Whose; of x1 with itself there is one, through both arguments. */
  readonly sides: { readonly x1: boolean; readonly x2: boolean };
  /** Whether the gradient in the Program's constants is wanted. */
  readonly constants?: boolean;
  /** Whether an x2 that is given holds x1's samples, one by one. */
  readonly same: boolean;
}

/** A ridge regression's sums over all targets are wanted. */
export interface RidgeJob extends PairOptions, RidgeData {
  readonly field: PairField;
  /** Whether the targets are the supports, one by one. */
  readonly same: boolean;
  /** Whether the gradient in the supports is wanted. */
  readonly gradient: boolean;
}

/** A job whose cost is wanted; `n2` null: of x1 with itself. */
export interface CostJob {
  readonly kind: 'gram' | 'vjp' | 'ridge';
  readonly dtype: Dtype;
  readonly ntk: boolean;
  readonly n1: number;
  readonly n2: number | null;
}

/** Covariances of all pairs, `[n1, n2]`, of the fields that were asked for. */
export type GramFields = { readonly [Field in PairField]?: FloatArray };

/** Cotangents of covariances, `[n1, n2]`; null: 0. */
export type PairCotangents = { readonly [Field in PairField]: FloatArray | null };

/** Gradients in the inputs' part of both sides' rows, and in the Program's constants (`constantsOf`). */
export interface PairGradients {
  readonly x1: Float64Array | null;
  readonly x2: Float64Array | null;
  /** Null: not asked for, or the executor has none. */
  readonly constants: Float64Array | null;
}

/** What `RidgeBlockSums` says, over all targets, and the gradient in the supports. */
export interface RidgeSums extends RidgeBlockSums {
  readonly x1: Float64Array | null;
}

/** What a job costs. */
export interface JobCost {
  /** Tasks that the pairs are cut into. */
  readonly tasks: number;
  /** The whole job's work, in pixels, idle lanes included; times what a pixel takes it is time. */
  readonly work: number;
  /** The work of one pair. */
  readonly workPerPair: number;
  /** Memory that each thread needs beside the result. */
  readonly workerBytes: number;
}

/**
 * Computes covariances of pairs of samples for Programs whose result is one number a pair.
 *
 * Every implementation keeps these laws. A value depends on its two samples alone, not on the job that it is in. Gradients are
 * sums in an order that follows from the Program and the sizes alone, whatever the threads. K(x, x) is exactly symmetric. A job
 * that is aborted rejects with its signal's reason. x2 null stands for x1 itself.
 */
export interface PairExecutor {
  readonly name: 'engine' | 'tf';
  /** Why it cannot run a Program in a precision; null where it can. */
  refusal(program: Program, dtype: Dtype): string | null;
  gram(program: Program, x1: Rows, x2: Rows | null, job: GramJob): Promise<GramFields>;
  vjp(
    program: Program,
    x1: Rows,
    x2: Rows | null,
    cotangents: PairCotangents,
    job: VjpJob,
  ): Promise<PairGradients>;
  ridge(program: Program, supports: Rows, targets: Rows, job: RidgeJob): Promise<RidgeSums>;
  cost(program: Program, job: CostJob): JobCost;
}
