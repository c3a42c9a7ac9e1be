import type { Displacement } from '../../../program/ops/rule.js';

/** Sizes or positions along the engine's three spatial axes; images of fewer axes have leading ones. */
export type Triple = readonly [number, number, number];

/** Pads to three axes with `fill` in front. */
export function triple(values: readonly number[], fill: number): Triple {
  const padded = [...Array(3 - values.length).fill(fill), ...values];
  return [padded[0], padded[1], padded[2]];
}

/** Number of pixels. */
export const pixels = (shape: Triple): number => shape[0] * shape[1] * shape[2];

/** Applies `f` axis by axis. */
export const perAxis = (f: (axis: number) => number): Triple => [f(0), f(1), f(2)];

/** Size of the image of covariances at displacement d: the positions p with both p and p + d inside. */
export const imageSize = (shape: Triple, d: Displacement): Triple =>
  perAxis((a) => shape[a] - Math.abs(d[a]));

/** First p of that image, as a pixel index of the whole image. */
export function firstPixel(shape: Triple, d: Displacement): number {
  const [z, y, x] = perAxis((a) => Math.max(0, -d[a]));
  return (z * shape[1] + y) * shape[2] + x;
}

export const negate = (d: Displacement): Displacement => d.map((entry) => -entry);

export const isZero = (d: Displacement): boolean => d.every((entry) => entry === 0);

/** A set of displacements, iterated in lexicographic order. */
export class DisplacementSet {
  readonly #byKey = new Map<string, Displacement>();
  #sorted: readonly Displacement[] | null = null;

  add(d: Displacement): void {
    const key = d.join();
    if (this.#byKey.has(key)) return;
    this.#byKey.set(key, d);
    this.#sorted = null;
  }

  has(d: Displacement): boolean {
    return this.#byKey.has(d.join());
  }

  get size(): number {
    return this.#byKey.size;
  }

  sorted(): readonly Displacement[] {
    this.#sorted ??= [...this.#byKey.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
    return this.#sorted;
  }

  /** Every displacement between two positions of an image. */
  static all(shape: Triple): DisplacementSet {
    const set = new DisplacementSet();
    for (let z = 1 - shape[0]; z < shape[0]; z++) {
      for (let y = 1 - shape[1]; y < shape[1]; y++) {
        for (let x = 1 - shape[2]; x < shape[2]; x++) set.add([z, y, x]);
      }
    }
    return set;
  }
}
