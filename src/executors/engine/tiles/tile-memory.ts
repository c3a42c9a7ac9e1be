import { bytesOf, zeros } from '../../../base/dtype.js';
import type { Dtype, FloatArray } from '../../../base/nd-array.js';
import type { EngineExports } from '../../../wasm/exports.js';
import { ensureBytes, instantiate } from '../../../wasm/module.js';

/** The functions of one number format. */
interface Kernels {
  run(pc: number, end: number, width: number): void;
  pack: EngineExports['pack32'];
  unpackAdd: EngineExports['unpackAdd32'];
  gatherAdd: EngineExports['gatherAdd32'];
  selfProducts: EngineExports['selfProducts32'];
  gemm: EngineExports['gemm32'];
  addScaledRows: EngineExports['addScaledRows32'];
}

/** One WebAssembly instance and its memory, handed out from the front and all at once taken back. Places are byte addresses. */
export class TileMemory {
  readonly #engine = instantiate();
  #dtype: Dtype = 'float64';
  #kernels = kernelsOf(this.#engine, this.#dtype);
  #view: FloatArray = new Float64Array(0);
  #next = 0;
  #work = 0;

  /** Numbers are of this format from now on, and all places from `free` on are free. */
  start(dtype: Dtype, free: number): void {
    this.#dtype = dtype;
    this.#kernels = kernelsOf(this.#engine, dtype);
    this.#next = free;
    this.#work = 0;
    ensureBytes(this.#engine.memory, free);
    this.#refresh();
  }

  /** The instance's functions for the numbers' format. */
  get kernels(): Kernels {
    return this.#kernels;
  }

  /** All numbers, by index. Growing memory replaces it. */
  get view(): FloatArray {
    return this.#view;
  }

  /** Bytes of a number. */
  get number(): number {
    return bytesOf(this.#dtype);
  }

  /** Bytes of the memory. */
  get bytes(): number {
    return this.#engine.memory.buffer.byteLength;
  }

  /** 1/count in the numbers' format. */
  inverse(count: number): number {
    return this.#dtype === 'float32' ? Math.fround(1 / count) : 1 / count;
  }

  reserve(bytes: number): number {
    const at = this.#next;
    this.#next += Math.ceil(bytes / 64) * 64;
    ensureBytes(this.#engine.memory, this.#next);
    this.#refresh();
    return at;
  }

  /** Scratch for a matrix product: one place for all. */
  get work(): number {
    this.#work ||= this.reserve(this.#engine.gemmWorkBytes());
    return this.#work;
  }

  /** A place for `count` numbers, all 0. */
  zeros(count: number): number {
    const at = this.reserve(count * this.number);
    this.fill(at, this.#next);
    return at;
  }

  /** A place with these numbers. */
  load(numbers: FloatArray): number {
    const at = this.reserve(numbers.length * this.number);
    this.#view.set(numbers, at / this.number);
    return at;
  }

  /** A copy of `length` numbers. */
  take(at: number, length: number): FloatArray {
    const out = zeros(this.#dtype, length);
    out.set(this.#view.subarray(at / this.number, at / this.number + length));
    return out;
  }

  writeWords(at: number, words: Int32Array): void {
    new Int32Array(this.#engine.memory.buffer).set(words, at / 4);
  }

  /** Zeroes [start, end). */
  fill(start: number, end: number): void {
    if (end > start) new Uint8Array(this.#engine.memory.buffer, start, end - start).fill(0);
  }

  copy(from: number, to: number, bytes: number): void {
    if (bytes > 0) new Uint8Array(this.#engine.memory.buffer).copyWithin(to, from, from + bytes);
  }

  #refresh(): void {
    const { buffer } = this.#engine.memory;
    if (this.#view.buffer === buffer && this.#view.BYTES_PER_ELEMENT === this.number) return;
    this.#view = this.#dtype === 'float32' ? new Float32Array(buffer) : new Float64Array(buffer);
  }
}

function kernelsOf(engine: EngineExports, dtype: Dtype): Kernels {
  return dtype === 'float32'
    ? {
        run: engine.run32,
        pack: engine.pack32,
        unpackAdd: engine.unpackAdd32,
        gatherAdd: engine.gatherAdd32,
        selfProducts: engine.selfProducts32,
        gemm: engine.gemm32,
        addScaledRows: engine.addScaledRows32,
      }
    : {
        run: engine.run64,
        pack: engine.pack64,
        unpackAdd: engine.unpackAdd64,
        gatherAdd: engine.gatherAdd64,
        selfProducts: engine.selfProducts64,
        gemm: engine.gemm64,
        addScaledRows: engine.addScaledRows64,
      };
}
