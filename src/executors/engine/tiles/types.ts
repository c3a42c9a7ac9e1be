import type { FloatArray } from '../../../base/nd-array.js';
import type { Rows } from '../../pairs.js';
import type { ResultImage } from '../planning/plan-types.js';

/** What a run over a block of pairs may be told besides its samples. */
export interface BlockOptions {
  /** Row j of x2 is row j + diagonal of x1; undefined where they are different samples. */
  readonly diagonal?: number;
}

/** One group of pairs: row `i` of x1 with `live` rows of x2 from `j` on. */
export interface Group {
  readonly i: number;
  readonly j: number;
  readonly live: number;
}

/** Reads results out of, or writes cotangents into, the engine's memory for one group. */
export type GroupVisitor = (group: Group, images: readonly ResultImage[], memory: FloatArray) => void;

/** What a backward run yields, `[count, inputSize]` for each side that the plans have gradients of. */
export interface Gradients {
  readonly x1: FloatArray | null;
  readonly x2: FloatArray | null;
  /**
   * Where the run stopped at the products of a matrix product: their cotangents `[n1, n2]`, by which the other side's samples
   * come into a sample's gradient; `x1` and `x2` are then `[count]`, by which the sample itself does.
   */
  readonly products: FloatArray | null;
  /** The cotangents of the steps' constants, one step after the other; empty where the plans have none. */
  readonly constants: Float64Array;
}

/** What `productGradient` is made of. */
export interface ProductGradient {
  readonly a: FloatArray;
  readonly x: Rows;
  readonly y: Rows;
  readonly scales: FloatArray;
}

/** Addresses of a block's samples on one side, and of their squared norms (with a matrix product). */
export interface Side {
  readonly x: number;
  readonly norms: number;
  readonly count: number;
}
