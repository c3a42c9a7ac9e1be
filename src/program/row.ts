import type { NdArray } from '../base/nd-array.js';

/**
 * One sample as executors see it: numbers side by side, first the sample's inputs (each `pixels × channels`), then tables,
 * numbers of that sample that ops read beside its activations. Gradients are those of the inputs' part.
 */
export interface RowLayout {
  /** Where each input begins. */
  readonly inputs: readonly { readonly at: number; readonly shape: readonly number[] }[];
  /** Numbers of the inputs, which come first. */
  readonly inputSize: number;
  readonly tables: readonly Table[];
  /** Numbers of the row. */
  readonly size: number;
}

/** Numbers that ops want of every sample beside its activations, e.g. 0 and 1 for masked and visible positions. */
export interface Table {
  readonly at: number;
  readonly size: number;
  /** The numbers of one sample, as many as `size`. */
  evaluate(sample: SampleFacts): ArrayLike<number>;
}

/** What tables are made of: what is known of one sample besides its numbers. */
export interface SampleFacts {
  /** The mask of each input, in the order of the row; null: nothing is masked. */
  readonly masks: readonly (Mask | null)[];
  /** The graph that the sample brings; null: none. */
  readonly pattern: NdArray | null;
}

/** Which entries of one sample's activations count as absent. */
export interface Mask {
  /** `[…spatial, channels]`, or 1 in place of the channels where these share one mask. */
  readonly shape: readonly number[];
  /** 1 where masked, else 0. */
  readonly data: Uint8Array;
}
