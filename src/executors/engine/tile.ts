import type { Dtype, FloatArray } from '../../nd-array.js';
import { bytesOf, zeros } from './dtype.js';
import { type EngineExports, ensureBytes, instantiate } from './module.js';
import type { Plan, Range, ResultImage } from './plan.js';

/** The two plans of a computation: of each sample with itself and, after it in memory, of the pairs. */
export interface Plans {
  readonly key: string;
  readonly dtype: Dtype;
  readonly lanes: number;
  /** Whether Θ is computed. */
  readonly ntk: boolean;
  readonly sample: Plan;
  readonly pair: Plan;
}

/** Samples as rows of a matrix, `[count, pixels × channels]`. */
export interface Rows {
  readonly data: FloatArray;
  readonly count: number;
}

/** One group of pairs: row `i` of x1 with `live` rows of x2 from `j` on. */
export interface Group {
  readonly i: number;
  readonly j: number;
  readonly live: number;
}

/** Reads results out of, or writes cotangents into, the engine's memory for one group. */
export type GroupVisitor = (group: Group, images: readonly ResultImage[], memory: FloatArray) => void;

/** The functions of one number format. */
interface Kernels {
  run(pc: number, end: number, width: number): void;
  pack: EngineExports['pack32'];
  unpackAdd: EngineExports['unpackAdd32'];
  spread: EngineExports['spread32'];
  gatherAdd: EngineExports['gatherAdd32'];
  gemm: EngineExports['gemm32'];
}

/** Bytes of forward values that `forwardThenBackward` may hold between its two sweeps. */
const HOARD_BYTES = 48 * 2 ** 20;

/**
 * Runs plans over blocks of pairs in one WebAssembly instance. Groups of x2's rows are the outer loop and x1's
 * rows the inner one: every lane is computed by itself, so no block size or order can change a result's bits.
 */
export class TileRunner {
  readonly #engine = instantiate();
  #plans: Plans | null = null;
  #view: FloatArray = new Float32Array(0);
  #kernels!: Kernels;
  #next = 0;

  /** Calls `visit` with the result of every group; with `triangle`, only of groups with some j ≥ i + `triangle`. */
  forward(plans: Plans, x1: Rows, x2: Rows, visit: GroupVisitor, triangle?: number): void {
    const block = this.#load(plans, x1, x2);
    const { pair } = plans;
    for (let j = 0; j < x2.count; j += plans.lanes) {
      const live = Math.min(plans.lanes, x2.count - j);
      this.#loadGroup(plans, block, j, live);
      for (let i = 0; i < x1.count; i++) {
        if (triangle !== undefined && j + live - 1 + triangle < i) continue;
        this.#loadRow(plans, block, i, j);
        this.#run(pair.forward);
        visit({ i, j, live }, pair.result, this.#view);
      }
    }
  }

  /**
   * Adds the gradients of both sides (where the plan has them): `read` sees each group's result, then, once all
   * of a group's rows are known, `write` gives the result's cotangents of each.
   */
  forwardThenBackward(plans: Plans, x1: Rows, x2: Rows, read: GroupVisitor, write: GroupVisitor) {
    const block = this.#load(plans, x1, x2);
    const { pair, sample, lanes, dtype } = plans;
    const { sampleSize, varianceSize } = pair;
    const number = bytesOf(dtype);
    const kept = pair.values[1] - pair.values[0];
    const hoardRows = kept === 0 ? 0 : Math.min(x1.count, Math.floor(HOARD_BYTES / kept));
    const hoard = this.#reserve(hoardRows * kept);
    const gRows = this.#reserve(pair.gX1 ? x1.count * sampleSize * number : 0);
    const qRows = this.#reserve(pair.gX1 ? x1.count * varianceSize * number : 0);
    const gColumns = this.#reserve(pair.gX2 ? x2.count * sampleSize * number : 0);
    const colK = pair.product ? this.#reserve(x1.count * x2.count * number) : 0;
    this.#fill(gRows, this.#next);
    const { run, gatherAdd, unpackAdd } = this.#kernels;
    const width = lanes * number;

    for (let j = 0; j < x2.count; j += lanes) {
      const live = Math.min(lanes, x2.count - j);
      this.#loadGroup(plans, block, j, live);
      if (pair.gX2) {
        this.#fill(pair.gX2, pair.gX2 + sampleSize * width);
        this.#fill(pair.variances2, pair.variances2 + varianceSize * width);
      }
      for (let i = 0; i < x1.count; i++) {
        this.#loadRow(plans, block, i, j);
        this.#run(pair.forward);
        if (i < hoardRows) this.#copy(pair.values[0], hoard + i * kept, kept);
        read({ i, j, live }, pair.result, this.#view);
      }
      for (let i = 0; i < x1.count; i++) {
        this.#loadRow(plans, block, i, j);
        if (i < hoardRows) this.#copy(hoard + i * kept, pair.values[0], kept);
        else this.#run(pair.forward);
        this.#fill(pair.cotangents[0], pair.cotangents[1]);
        if (pair.gX1) {
          this.#fill(pair.gX1, pair.gX1 + sampleSize * width);
          this.#fill(pair.variances1, pair.variances1 + varianceSize * width);
        }
        write({ i, j, live }, pair.gResult, this.#view);
        this.#run(pair.backward);
        if (pair.product) {
          const { gK, channels } = pair.product;
          const inverse = dtype === 'float32' ? Math.fround(1 / channels) : 1 / channels;
          const to = colK / number + i * x2.count + j;
          for (let w = 0; w < live; w++) this.#view[to + w] = this.#view[gK / number + w] * inverse;
        } else if (pair.gX1) {
          gatherAdd(pair.gX1, lanes, sampleSize, live, gRows + i * sampleSize * number);
        }
        if (pair.gX1)
          gatherAdd(pair.variances1, lanes, varianceSize, live, qRows + i * varianceSize * number);
      }
      if (pair.gX2) {
        this.#copy(pair.factors2, sample.factors2, pair.factorSize * width);
        this.#copy(pair.x2, sample.x2, sampleSize * width);
        this.#copy(pair.gX2, sample.gX2, sampleSize * width);
        this.#copy(pair.variances2, sample.variances2, varianceSize * width);
        this.#sampleBackward(sample);
        unpackAdd(sample.gX2, lanes, sampleSize, live, sampleSize, gColumns + j * sampleSize * number);
      }
    }
    if (pair.gX1) {
      for (let i = 0; i < x1.count; i += lanes) {
        const live = Math.min(lanes, x1.count - i);
        const { pack } = this.#kernels;
        pack(block.x1 + i * sampleSize * number, sampleSize, live, sampleSize, lanes, sample.x2);
        run(...sample.forward, width);
        this.#fill(sample.gX2, sample.gX2 + sampleSize * width);
        pack(qRows + i * varianceSize * number, varianceSize, live, varianceSize, lanes, sample.variances2);
        this.#sampleBackward(sample);
        unpackAdd(sample.gX2, lanes, sampleSize, live, sampleSize, gRows + i * sampleSize * number);
      }
    }
    if (pair.product) this.#productAdjoint(plans, block, x1, x2, colK, gRows, gColumns);
    return {
      x1: pair.gX1 ? this.#take(dtype, gRows, x1.count * sampleSize) : null,
      x2: pair.gX2 ? this.#take(dtype, gColumns, x2.count * sampleSize) : null,
    };
  }

  /** Calls `visit` with the covariances of each sample with itself, a sample a lane: group i is samples i, i+1, … */
  samples(plans: Plans, x: Rows, visit: GroupVisitor): void {
    const block = this.#load(plans, x, { data: x.data.subarray(0, 0), count: 0 });
    const { sample, lanes } = plans;
    const { sampleSize } = sample;
    for (let i = 0; i < x.count; i += lanes) {
      const live = Math.min(lanes, x.count - i);
      this.#kernels.pack(
        block.x1 + i * sampleSize * bytesOf(plans.dtype),
        sampleSize,
        live,
        sampleSize,
        lanes,
        sample.x2,
      );
      this.#run(sample.forward);
      visit({ i, j: i, live }, sample.result, this.#view);
    }
  }

  /** Gradient of x through the covariances of each sample with itself, `write` giving their cotangents. */
  samplesBackward(plans: Plans, x: Rows, write: GroupVisitor): FloatArray {
    const block = this.#load(plans, x, { data: x.data.subarray(0, 0), count: 0 });
    const { sample, lanes, dtype } = plans;
    const { sampleSize, varianceSize } = sample;
    const number = bytesOf(dtype);
    const width = lanes * number;
    const gradient = this.#reserve(x.count * sampleSize * number);
    this.#fill(gradient, this.#next);
    for (let i = 0; i < x.count; i += lanes) {
      const live = Math.min(lanes, x.count - i);
      const { pack, unpackAdd } = this.#kernels;
      pack(block.x1 + i * sampleSize * number, sampleSize, live, sampleSize, lanes, sample.x2);
      this.#run(sample.forward);
      this.#fill(sample.gX2, sample.gX2 + sampleSize * width);
      this.#fill(sample.variances2, sample.variances2 + varianceSize * width);
      this.#fill(sample.cotangents[0], sample.cotangents[1]);
      write({ i, j: i, live }, sample.gResult, this.#view);
      this.#run(sample.backward);
      unpackAdd(sample.gX2, lanes, sampleSize, live, sampleSize, gradient + i * sampleSize * number);
    }
    return this.#take(dtype, gradient, x.count * sampleSize);
  }

  /** Copies the plans and the block's samples into memory and computes x1's factors. */
  #load(plans: Plans, x1: Rows, x2: Rows): Block {
    const { sample, pair, lanes, dtype } = plans;
    const number = bytesOf(dtype);
    const { memory, gemmWorkBytes } = this.#engine;
    this.#kernels = kernelsOf(this.#engine, dtype);
    this.#next = pair.end;
    ensureBytes(memory, pair.end);
    if (this.#plans?.key !== plans.key) {
      this.#plans = plans;
      for (const { at, words } of [...sample.data, ...pair.data])
        new Int32Array(memory.buffer).set(words, at / 4);
    }
    this.#refresh();
    const { sampleSize, factorSize } = pair;
    const block = {
      x1: this.#reserve(x1.count * sampleSize * number),
      x2: this.#reserve(x2.count * sampleSize * number),
      factors: this.#reserve(x1.count * factorSize * number),
      k: this.#reserve(pair.product ? x1.count * x2.count * number : 0),
      work: this.#reserve(pair.product ? gemmWorkBytes() : 0),
      columns: x2.count,
    };
    this.#view.set(x1.data, block.x1 / number);
    this.#view.set(x2.data, block.x2 / number);
    if (factorSize > 0) {
      this.#fill(block.factors, block.factors + x1.count * factorSize * number);
      for (let i = 0; i < x1.count; i += lanes) {
        const live = Math.min(lanes, x1.count - i);
        const { pack, unpackAdd } = this.#kernels;
        pack(block.x1 + i * sampleSize * number, sampleSize, live, sampleSize, lanes, sample.x2);
        this.#run(sample.forward);
        unpackAdd(
          sample.factors2,
          lanes,
          factorSize,
          live,
          factorSize,
          block.factors + i * factorSize * number,
        );
      }
    }
    if (pair.product && x2.count > 0) {
      const { channels } = pair.product;
      this.#fill(block.k, block.k + x1.count * x2.count * number);
      const { gemm } = this.#kernels;
      gemm(
        x1.count,
        x2.count,
        channels,
        block.x1,
        channels,
        1,
        block.x2,
        1,
        channels,
        block.k,
        x2.count,
        0,
        block.work,
      );
    }
    return block;
  }

  /** Puts a group of x2's rows and their factors side by side. */
  #loadGroup(plans: Plans, block: Block, j: number, live: number): void {
    const { sample, pair, lanes, dtype } = plans;
    const number = bytesOf(dtype);
    const { sampleSize, factorSize } = pair;
    this.#kernels.pack(block.x2 + j * sampleSize * number, sampleSize, live, sampleSize, lanes, sample.x2);
    if (factorSize > 0) this.#run(sample.forward);
    this.#copy(sample.x2, pair.x2, sampleSize * lanes * number);
    this.#copy(sample.factors2, pair.factors2, factorSize * lanes * number);
  }

  /** Puts one of x1's rows, its factors and, for one-pixel images, its row of the input covariance in place. */
  #loadRow(plans: Plans, block: Block, i: number, j: number): void {
    const { pair, lanes, dtype } = plans;
    const number = bytesOf(dtype);
    const { sampleSize, factorSize, product } = pair;
    this.#kernels.spread(block.factors + i * factorSize * number, factorSize, lanes, pair.factors1);
    if (!product) {
      this.#copy(block.x1 + i * sampleSize * number, pair.x1, sampleSize * number);
      return;
    }
    const inverse = dtype === 'float32' ? Math.fround(1 / product.channels) : 1 / product.channels;
    const from = block.k / number + i * block.columns + j;
    const live = Math.min(lanes, block.columns - j);
    for (let w = 0; w < lanes; w++)
      this.#view[product.k / number + w] = this.#view[from + Math.min(w, live - 1)] * inverse;
  }

  /** Runs the sample plan's backward pass on the variances' cotangents that are in place. */
  #sampleBackward(sample: Plan): void {
    this.#fill(sample.cotangents[0], sample.cotangents[1]);
    this.#run(sample.backward);
  }

  /** gX1 += Ḡ·X2 and gX2 += Ḡᵀ·X1, where Ḡ is the input covariance's cotangent over C. */
  #productAdjoint(
    plans: Plans,
    block: Block,
    x1: Rows,
    x2: Rows,
    g: number,
    gRows: number,
    gColumns: number,
  ): void {
    const { pair } = plans;
    const { channels } = pair.product!;
    const { gemm } = this.#kernels;
    const [n1, n2] = [x1.count, x2.count];
    if (pair.gX1) gemm(n1, channels, n2, g, n2, 1, block.x2, channels, 1, gRows, channels, 0, block.work);
    if (pair.gX2) gemm(n2, channels, n1, g, 1, n2, block.x1, channels, 1, gColumns, channels, 0, block.work);
  }

  #run(code: Range): void {
    if (code[1] > code[0])
      this.#kernels.run(code[0], code[1], this.#plans!.lanes * bytesOf(this.#plans!.dtype));
  }

  #reserve(bytes: number): number {
    const at = this.#next;
    this.#next += Math.ceil(bytes / 16) * 16;
    ensureBytes(this.#engine.memory, this.#next);
    this.#refresh();
    return at;
  }

  #refresh(): void {
    const { buffer } = this.#engine.memory;
    if (this.#view.buffer === buffer && this.#view.BYTES_PER_ELEMENT === bytesOf(this.#plans!.dtype)) return;
    this.#view = this.#plans!.dtype === 'float32' ? new Float32Array(buffer) : new Float64Array(buffer);
  }

  #fill(start: number, end: number): void {
    if (end > start) new Uint8Array(this.#engine.memory.buffer, start, end - start).fill(0);
  }

  #copy(from: number, to: number, bytes: number): void {
    if (bytes > 0) new Uint8Array(this.#engine.memory.buffer).copyWithin(to, from, from + bytes);
  }

  #take(dtype: Dtype, at: number, length: number): FloatArray {
    const out = zeros(dtype, length);
    out.set(this.#view.subarray(at / bytesOf(dtype), at / bytesOf(dtype) + length));
    return out;
  }
}

/** Addresses of a block's samples, x1's factors and (one-pixel images) the product X1·X2ᵀ. */
interface Block {
  readonly x1: number;
  readonly x2: number;
  readonly factors: number;
  readonly k: number;
  readonly work: number;
  readonly columns: number;
}

function kernelsOf(engine: EngineExports, dtype: Dtype): Kernels {
  return dtype === 'float32'
    ? {
        run: engine.run32,
        pack: engine.pack32,
        unpackAdd: engine.unpackAdd32,
        spread: engine.spread32,
        gatherAdd: engine.gatherAdd32,
        gemm: engine.gemm32,
      }
    : {
        run: engine.run64,
        pack: engine.pack64,
        unpackAdd: engine.unpackAdd64,
        spread: engine.spread64,
        gatherAdd: engine.gatherAdd64,
        gemm: engine.gemm64,
      };
}
