import type { OpBase } from './op.js';
import { allDisplacements, type Displacement, type OpRule } from './rule.js';

/** A matrix over positions `[out, in]`, these in row-major order: one for all samples, or in each sample's row from `at` on. */
export type PositionMatrix = { readonly values: readonly (readonly number[])[] } | { readonly at: number };

/** K'[P,P'] = Σ_p Σ_p' M1[P,p]·M2[P',p']·K[p,p'], M1 being the matrix of x1's sample and M2 that of x2's. Θ alike. */
export interface TransformOp extends OpBase<'transform'> {
  readonly matrix: PositionMatrix;
}

/** What executors have to know of `transform`. */
export const transformRule: OpRule<TransformOp> = {
  needs({ matrix, shape }, displacement, inputShape) {
    const picks = 'values' in matrix ? matrix.values.map(onlyEntry) : [undefined];
    if (picks.includes(undefined)) return allDisplacements(inputShape);
    const found = new Map<string, Displacement>();
    picks.forEach((pick, P) => {
      const pick2 = picks[shifted(P, displacement, shape)];
      if (pick === null || pick2 === null || pick2 === undefined) return;
      const [p, p2] = [pick!, pick2].map((index) => placeOf(index, inputShape));
      const d = p2.map((entry, axis) => entry - p[axis]);
      found.set(d.join(), d);
    });
    return [...found.values()];
  },
  readsRows: ({ matrix }) => 'at' in matrix,
};

/** Where a row's only entry that is not 0 is; null if it has none, undefined if several. */
function onlyEntry(row: readonly number[]): number | null | undefined {
  const at = row.flatMap((entry, p) => (entry === 0 ? [] : [p]));
  return at.length > 1 ? undefined : (at[0] ?? null);
}

/** The index of the position `d` further; −1 outside. */
function shifted(index: number, d: Displacement, shape: readonly number[]): number {
  const place = placeOf(index, shape).map((entry, axis) => entry + d[axis]);
  if (place.some((entry, axis) => entry < 0 || entry >= shape[axis])) return -1;
  return place.reduce((at, entry, axis) => at * shape[axis] + entry, 0);
}

/** A position's coordinates. */
function placeOf(index: number, shape: readonly number[]): number[] {
  const place: number[] = [];
  let rest = index;
  for (const size of [...shape].reverse()) {
    place.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return place;
}
