/** Hands out byte addresses of the engine's memory, one after the other, aligned to groups of 64 bytes. */
export class Allocator {
  #next: number;

  constructor(start: number) {
    this.#next = start;
  }

  /** Reserves `bytes` and returns their address. */
  reserve(bytes: number): number {
    const at = this.#next;
    this.#next += Math.ceil(bytes / 64) * 64;
    return at;
  }

  /** First address not reserved. */
  get end(): number {
    return this.#next;
  }
}
