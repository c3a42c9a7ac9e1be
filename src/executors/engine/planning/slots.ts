import type { Allocator } from './allocator.js';
import type { Image } from './plan-types.js';

/** Reusable places, each for one image of K and one of Θ. */
export class Slots {
  readonly #allocator: Allocator;
  readonly #bytes: number;
  readonly #free: Image[] = [];
  readonly #thetaOf = new Map<number, number>();

  /** @param bytes of the largest image. */
  constructor(allocator: Allocator, bytes: number) {
    this.#allocator = allocator;
    this.#bytes = bytes;
  }

  /** A place that nobody holds. */
  take(theta: boolean): Image {
    const slot = this.#free.pop() ?? this.#reserve();
    return theta ? slot : { k: slot.k, theta: 0 };
  }

  /** Takes a place back. */
  give({ k }: Image): void {
    this.#free.push({ k, theta: this.#thetaOf.get(k)! });
  }

  #reserve(): Image {
    const [k, theta] = [this.#allocator.reserve(this.#bytes), this.#allocator.reserve(this.#bytes)];
    this.#thetaOf.set(k, theta);
    return { k, theta };
  }
}
