/** [start, end) of rows. */
export type Span = readonly [number, number];

/** Cuts [0, n) into spans of `size`, the last one shorter. */
export function spans(n: number, size: number): Span[] {
  return Array.from(
    { length: Math.ceil(n / size) },
    (_, i) => [i * size, Math.min(n, (i + 1) * size)] as const,
  );
}
