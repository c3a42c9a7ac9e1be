/** A run of positions of an axis, as `start:stop:step` in Python; null: from the beginning, to the end, by 1. */
export interface SliceRange {
  /** First position; negative ones count from the end. */
  readonly start: number | null;
  /** Position after the last, in the direction of `step`. */
  readonly stop: number | null;
  /** Distance of two positions, not 0; negative ones run backwards. */
  readonly step: number | null;
}

/** The positions that a range takes of an axis of `size` positions; none, if it is empty. */
export function slicePositions({ start, stop, step: by }: SliceRange, size: number): number[] {
  const step = by ?? 1;
  const [lowest, highest] = step > 0 ? [0, size] : [-1, size - 1];
  const bound = (value: number | null, otherwise: number): number =>
    value === null ? otherwise : Math.min(Math.max(value < 0 ? value + size : value, lowest), highest);
  const first = bound(start, step > 0 ? lowest : highest);
  const end = bound(stop, step > 0 ? highest : lowest);
  const count = Math.max(Math.ceil((end - first) / step), 0);
  return Array.from({ length: count }, (_, i) => first + i * step);
}
