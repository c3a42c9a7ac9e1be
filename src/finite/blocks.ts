/** Samples `from` to `to`. */
export interface Block {
  readonly from: number;
  readonly to: number;
}

/** `count` samples in blocks of at most `size`. */
export function blocksOf(count: number, size: number): Block[] {
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => ({
    from: i * size,
    to: Math.min(count, (i + 1) * size),
  }));
}
