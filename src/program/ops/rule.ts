/** Displacement D = p' − p between a position of x2 and one of x1, one integer per spatial axis. */
export type Displacement = readonly number[];

/** What every executor has to know of an op: the displacements that it reads, and how it treats batches and rows. */
export interface OpRule<Op> {
  /**
   * Displacements of an input that the op's result at `displacement` reads, each with |d| < `inputShape` on every axis.
   *
   * @param displacement one entry per axis of `op.shape`.
   * @param inputShape spatial shape of the input.
   */
  needs(op: Op, displacement: Displacement, inputShape: readonly number[]): Displacement[];
  /**
   * Samples of the result, of inputs with so many. Present where the result for one sample depends on others of its batch:
   * such an op gets covariances of all samples with each other, `cov2` null.
   */
  batchSize?(op: Op, sizes: readonly number[]): number;
  /** Whether the op reads numbers of each sample's row beside its inputs; absent: it does not. */
  readsRows?(op: Op): boolean;
  /** The op's numbers that gradients are known in; absent: none. */
  readonly constants?: {
    read(op: Op): readonly number[];
    /** The op with other such numbers, in the same order. */
    replace(op: Op, numbers: readonly number[]): Op;
  };
}

/** `needs` of an op that acts on each entry by itself: the result at D reads the input at D. */
export const sameDisplacement = (_op: unknown, displacement: Displacement): Displacement[] => [displacement];

/** `needs` of an op that reads no other op. */
export const noDisplacement = (): Displacement[] => [];

/** All combinations of one choice per axis. */
export function combinations(choices: readonly (readonly number[])[]): Displacement[] {
  return choices.reduce<Displacement[]>(
    (heads, tails) => heads.flatMap((head) => tails.map((tail) => [...head, tail])),
    [[]],
  );
}

/** Every displacement between two positions of an image. */
export const allDisplacements = (shape: readonly number[]): Displacement[] =>
  combinations(shape.map((size) => Array.from({ length: 2 * size - 1 }, (_, i) => i + 1 - size)));
