import type { opcode } from './opcodes.js';

/** Where things lie in the engine's memory: a bump allocator of byte addresses, aligned to groups of 64 bytes. */
export class Layout {
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

/** Collects 32-bit words of instructions and descriptors. */
export class Assembler {
  readonly #words: number[] = [];

  get bytes(): number {
    return this.#words.length * 4;
  }

  /** Appends an instruction; f64 operands go last, on an even word. */
  emit(
    code: (typeof opcode)[keyof typeof opcode],
    ints: readonly number[],
    floats: readonly number[] = [],
  ): void {
    this.data([code, ...ints], floats);
  }

  /** Appends raw words and returns their byte offset. */
  data(ints: readonly number[], floats: readonly number[] = []): number {
    const at = this.bytes;
    for (const word of ints) this.#words.push(word);
    if (floats.length > 0) {
      if (ints.length % 2) this.#words.push(0);
      for (const word of new Int32Array(new Float64Array(floats).buffer)) this.#words.push(word);
    }
    return at;
  }

  /** Pads to a multiple of 16 bytes. */
  align(): void {
    while (this.#words.length % 4) this.#words.push(0);
  }

  finish(): Int32Array {
    return Int32Array.from(this.#words);
  }
}
