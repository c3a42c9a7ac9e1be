import type { FloatArray } from '../../../base/nd-array.js';
import type { Rows } from '../../pairs.js';
import type { Plan, Plans, Range, ResultImage } from '../planning/plan-types.js';
import { TileMemory } from './tile-memory.js';

/** X1·X2ᵀ `[n1, n2]` and every sample's Σ x², where a matrix product elsewhere made them. */
export interface Products {
  readonly k: FloatArray;
  readonly norms1: FloatArray;
  readonly norms2: FloatArray;
}

/** What a run over a block of pairs may be told besides its samples. */
export interface BlockOptions {
  /** Row j of x2 is row j + diagonal of x1; undefined where they are different samples. */
  readonly diagonal?: number;
  /** Stands for the samples, whose `data` may then be empty. */
  readonly products?: Products;
}

/** One group of pairs: row `i` of x1 with `live` rows of x2 from `j` on. */
export interface Group {
  readonly i: number;
  readonly j: number;
  readonly live: number;
}

/** Reads results out of, or writes cotangents into, the engine's memory for one group. */
export type GroupVisitor = (group: Group, images: readonly ResultImage[], memory: FloatArray) => void;

/** What a backward run yields, `[count, inputSize]` for each side that the plans have gradients of. */
export interface Gradients {
  readonly x1: FloatArray | null;
  readonly x2: FloatArray | null;
  /**
   * Where the run stopped at the products of a matrix product: their cotangents `[n1, n2]`, by which the other side's samples
   * come into a sample's gradient; `x1` and `x2` are then `[count]`, by which the sample itself does.
   */
  readonly products: FloatArray | null;
}

/** See `TileRunner.productGradient`. */
export interface ProductGradient {
  readonly a: FloatArray;
  readonly x: Rows;
  readonly y: Rows;
  readonly scales: FloatArray;
}

/** Samples that `productGradient` holds at a time; a multiple of the terms that a product sums in one go. */
export const PRODUCT_PART = 512;

/** Bytes of forward values that `forwardThenBackward` may hold between its two sweeps. */
export const HOARD_BYTES = 48 * 2 ** 20;

/**
 * Runs plans over blocks of pairs in one WebAssembly instance. Groups of x2's rows are the outer loop and x1's
 * rows the inner one: every lane is computed by itself, so no block size or order can change a result's bits.
 */
export class TileRunner {
  readonly #memory = new TileMemory();
  #plans!: Plans;

  /**
   * Calls `visit` with the result of every group.
   *
   * @param triangle whether to leave out groups all of whose pairs are left of the diagonal.
   */
  forward(
    plans: Plans,
    x1: Rows,
    x2: Rows,
    visit: GroupVisitor,
    { diagonal, products }: BlockOptions = {},
    triangle = false,
  ): void {
    this.#start(plans);
    const { pair, lanes } = plans;
    const rows = this.#loadSide(x1, products?.norms1);
    const columns = this.#loadSide(x2, products?.norms2);
    const factors = this.#factorsOf(rows);
    const k = products ? this.#memory.load(products.k) : this.#product(rows, columns);
    for (let j = 0; j < x2.count; j += lanes) {
      const live = Math.min(lanes, x2.count - j);
      this.#loadGroup(columns, j, live);
      for (let i = 0; i < x1.count; i++) {
        if (triangle && j + live - 1 + diagonal! < i) continue;
        this.#loadSame(i, j, diagonal);
        this.#loadRow(rows, factors, i);
        this.#loadProduct(k + (i * x2.count + j) * this.#memory.number, live);
        this.#run(pair.forward);
        visit({ i, j, live }, pair.result, this.#memory.view);
      }
    }
  }

  /**
   * Gradients of both sides, where the plans have them: `read` sees each group's result, then, once all rows of
   * the group are known, `write` gives the result's cotangents of each. Nothing is left out.
   *
   * @param toProducts of a network with a matrix product: to stop at the cotangents of its products, see `Gradients`.
   */
  forwardThenBackward(
    plans: Plans,
    x1: Rows,
    x2: Rows,
    read: GroupVisitor,
    write: GroupVisitor,
    { diagonal, products }: BlockOptions = {},
    toProducts = false,
  ): Gradients {
    this.#start(plans);
    const { pair, sample, lanes } = plans;
    const { varianceSize, gradient } = pair;
    const inputSize = toProducts ? 1 : pair.inputSize;
    const { gatherAdd } = this.#memory.kernels;
    const number = this.#memory.number;
    const rows = this.#loadSide(x1, products?.norms1);
    const columns = this.#loadSide(x2, products?.norms2);
    const factors = this.#factorsOf(rows);
    const k = products ? this.#memory.load(products.k) : this.#product(rows, columns);
    const gK = pair.product ? this.#memory.zeros(x1.count * x2.count) : 0;
    const gRows = this.#memory.zeros(gradient.x1 ? x1.count * inputSize : 0);
    const gColumns = this.#memory.zeros(gradient.x2 ? x2.count * inputSize : 0);
    const rowVariances = this.#memory.zeros(gradient.x1 ? x1.count * varianceSize : 0);
    const keptBytes = pair.values[1] - pair.values[0];
    const hoardRows = keptBytes > 0 ? Math.min(x1.count, Math.floor(HOARD_BYTES / keptBytes)) : 0;
    const hoard = this.#memory.reserve(hoardRows * keptBytes);

    for (let j = 0; j < x2.count; j += lanes) {
      const live = Math.min(lanes, x2.count - j);
      const productAt = (i: number) => k + (i * x2.count + j) * number;
      this.#loadGroup(columns, j, live);
      if (gradient.x2) this.#clear(pair.gX2, pair.variances2);
      for (let i = 0; i < x1.count; i++) {
        this.#loadRow(rows, factors, i);
        this.#loadSame(i, j, diagonal);
        this.#loadProduct(productAt(i), live);
        this.#run(pair.forward);
        if (i < hoardRows) this.#memory.copy(pair.values[0], hoard + i * keptBytes, keptBytes);
        read({ i, j, live }, pair.result, this.#memory.view);
      }
      for (let i = 0; i < x1.count; i++) {
        this.#loadRow(rows, factors, i);
        this.#loadSame(i, j, diagonal);
        if (i < hoardRows) this.#memory.copy(hoard + i * keptBytes, pair.values[0], keptBytes);
        else {
          this.#loadProduct(productAt(i), live);
          this.#run(pair.forward);
        }
        this.#memory.fill(pair.cotangents[0], pair.cotangents[1]);
        if (gradient.x1) this.#clear(pair.gX1, pair.variances1);
        write({ i, j, live }, pair.gResult, this.#memory.view);
        this.#run(pair.backward);
        if (pair.product) this.#saveProduct(gK + (i * x2.count + j) * number, live);
        if (!gradient.x1) continue;
        if (!pair.product) gatherAdd(pair.gX1, lanes, inputSize, live, gRows + i * inputSize * number);
        gatherAdd(pair.variances1, lanes, varianceSize, live, rowVariances + i * varianceSize * number);
      }
      if (gradient.x2) {
        this.#copyLanes(pair.gX2, sample.gX2, pair.product ? 0 : inputSize);
        this.#copyLanes(pair.variances2, sample.variances2, varianceSize);
        this.#sampleBackward(columns, j, live, gColumns, toProducts);
      }
    }
    if (gradient.x1) {
      for (let i = 0; i < x1.count; i += lanes) {
        const live = Math.min(lanes, x1.count - i);
        this.#loadSamples(rows, i, live);
        this.#run(sample.forward);
        this.#clear(sample.gX2, sample.variances2);
        const from = rowVariances + i * varianceSize * number;
        this.#memory.kernels.pack(from, varianceSize, live, varianceSize, lanes, sample.variances2);
        this.#sampleBackward(rows, i, live, gRows, toProducts);
      }
    }
    if (pair.product && !toProducts) this.#productAdjoint(rows, columns, gK, gradient, gRows, gColumns);
    return {
      x1: gradient.x1 ? this.#memory.take(gRows, x1.count * inputSize) : null,
      x2: gradient.x2 ? this.#memory.take(gColumns, x2.count * inputSize) : null,
      products: toProducts ? this.#memory.take(gK, x1.count * x2.count) : null,
    };
  }

  /** Calls `visit` with the covariances of each sample with itself, a sample a lane: group i is samples i, i+1, … */
  samples(plans: Plans, x: Rows, visit: GroupVisitor): void {
    this.#start(plans);
    const { sample, lanes } = plans;
    const side = this.#loadSide(x);
    for (let i = 0; i < x.count; i += lanes) {
      const live = Math.min(lanes, x.count - i);
      this.#loadSamples(side, i, live);
      this.#run(sample.forward);
      visit({ i, j: i, live }, sample.result, this.#memory.view);
    }
  }

  /** Gradient of x through the covariances of each sample with itself, `write` giving their cotangents. */
  samplesBackward(plans: Plans, x: Rows, write: GroupVisitor): FloatArray {
    this.#start(plans);
    const { sample, lanes } = plans;
    const side = this.#loadSide(x);
    const gradient = this.#memory.zeros(x.count * sample.inputSize);
    for (let i = 0; i < x.count; i += lanes) {
      const live = Math.min(lanes, x.count - i);
      this.#loadSamples(side, i, live);
      this.#run(sample.forward);
      this.#clear(sample.gX2, sample.variances2);
      this.#sampleBackward(side, i, live, gradient, false, () =>
        write({ i, j: i, live }, sample.gResult, this.#memory.view),
      );
    }
    return this.#memory.take(gradient, x.count * sample.inputSize);
  }

  /** Makes the plans' code and descriptors present, and everything after them free. */
  #start(plans: Plans): void {
    const fresh = this.#plans?.key !== plans.key;
    this.#plans = plans;
    this.#memory.start(plans.dtype, plans.pair.end);
    if (!fresh) return;
    for (const { at, words } of [...plans.sample.data, ...plans.pair.data])
      this.#memory.writeWords(at, words);
  }

  /**
   * A·X + diag(s)·Y: the gradient of Y's samples, with A `[n, m]` the cotangents of their products with the samples X and s
   * those of their own norms, doubled. X comes into memory part by part; entries have the same bits whatever n is.
   */
  productGradient(plans: Plans, { a, x, y, scales }: ProductGradient): FloatArray {
    this.#start(plans);
    const { gemm, addScaledRows } = this.#memory.kernels;
    const number = this.#memory.number;
    const size = plans.pair.inputSize;
    const out = this.#memory.zeros(y.count * size);
    const factors = this.#memory.load(scales);
    const work = this.#memory.reserveWork();
    const most = Math.min(x.count, PRODUCT_PART);
    const part = this.#memory.reserve(Math.max(y.count, most) * size * number);
    const cotangents = this.#memory.reserve(y.count * most * number);
    for (let from = 0; from < x.count; from += PRODUCT_PART) {
      const count = Math.min(PRODUCT_PART, x.count - from);
      this.#memory.view.set(x.data.subarray(from * size, (from + count) * size), part / number);
      for (let i = 0; i < y.count; i++) {
        const row = a.subarray(i * x.count + from, i * x.count + from + count);
        this.#memory.view.set(row, cotangents / number + i * count);
      }
      gemm(y.count, size, count, cotangents, count, 1, part, size, 1, out, size, 0, work);
    }
    this.#memory.view.set(y.data, part / number);
    addScaledRows(y.count, size, factors, part, out);
    return this.#memory.take(out, y.count * size);
  }

  /** Copies samples into memory; with a matrix product also their squared norms, which may be known. */
  #loadSide({ data, count }: Rows, known?: FloatArray): Side {
    const { product } = this.#plans.pair;
    const x = this.#memory.load(data);
    if (known) return { x, norms: this.#memory.load(known), count };
    const norms = this.#memory.reserve(product ? count * this.#memory.number : 0);
    if (product) this.#memory.kernels.selfProducts(x, count, product.channels, norms);
    return { x, norms, count };
  }

  /** Puts samples side by side into the `sample` plan. */
  #loadSamples({ x, norms }: Side, i: number, live: number): void {
    const { sample, lanes } = this.#plans;
    const { sampleSize, product } = sample;
    if (product) {
      if (product.k) this.#spreadProduct(norms + i * this.#memory.number, live, product);
    } else {
      const from = x + i * sampleSize * this.#memory.number;
      this.#memory.kernels.pack(from, sampleSize, live, sampleSize, lanes, sample.x2);
    }
  }

  /** Computes the factors of all samples of a side, `[count, factorSize]`. */
  #factorsOf(side: Side): number {
    const { sample, lanes } = this.#plans;
    const { factorSize } = sample;
    const factors = this.#memory.zeros(side.count * factorSize);
    for (let i = 0; factorSize > 0 && i < side.count; i += lanes) {
      const live = Math.min(lanes, side.count - i);
      this.#loadSamples(side, i, live);
      this.#run(sample.forward);
      const to = factors + i * factorSize * this.#memory.number;
      this.#memory.kernels.unpackAdd(sample.factors2, lanes, factorSize, live, factorSize, to);
    }
    return factors;
  }

  /** Puts a group of x2's rows and their factors side by side where both plans read them. */
  #loadGroup(columns: Side, j: number, live: number): void {
    this.#loadSamples(columns, j, live);
    this.#run(this.#plans.sample.forward);
  }

  /** Puts one of x1's rows and its factors into the `pair` plan. */
  #loadRow(rows: Side, factors: number, i: number): void {
    const { pair } = this.#plans;
    const { sampleSize, factorSize, product } = pair;
    const number = this.#memory.number;
    this.#memory.copy(factors + i * factorSize * number, pair.factors1, factorSize * number);
    if (!product) this.#memory.copy(rows.x + i * sampleSize * number, pair.x1, sampleSize * number);
  }

  /** Marks the lanes of the group from j on that pair row i with itself. */
  #loadSame(i: number, j: number, diagonal = Number.NaN): void {
    const { pair, lanes } = this.#plans;
    if (!pair.same) return;
    const at = pair.same / this.#memory.number;
    for (let w = 0; w < lanes; w++) this.#memory.view[at + w] = Number(j + w + diagonal === i);
  }

  /** X1·X2ᵀ of the rows. */
  #product(rows: Side, columns: Side): number {
    const { product } = this.#plans.pair;
    if (!product) return 0;
    const { channels } = product;
    const k = this.#memory.zeros(rows.count * columns.count);
    const work = this.#memory.reserveWork();
    const { gemm } = this.#memory.kernels;
    gemm(
      rows.count,
      columns.count,
      channels,
      rows.x,
      channels,
      1,
      columns.x,
      1,
      channels,
      k,
      columns.count,
      0,
      work,
    );
    return k;
  }

  /** Puts a group's entries of X1·X2ᵀ into the `pair` plan. */
  #loadProduct(from: number, live: number): void {
    const { product } = this.#plans.pair;
    if (product) this.#spreadProduct(from, live, product);
  }

  /** `live` sums over channels, as means, into a plan's lanes; the idle lanes repeat the last. */
  #spreadProduct(from: number, live: number, { k, channels }: NonNullable<Plan['product']>): void {
    const [source, target] = [from / this.#memory.number, k / this.#memory.number];
    const mean = this.#memory.inverse(channels);
    for (let w = 0; w < this.#plans.lanes; w++) {
      this.#memory.view[target + w] = this.#memory.view[source + Math.min(w, live - 1)] * mean;
    }
  }

  /** Takes the cotangents of a group's entries of X1·X2ᵀ out of the `pair` plan. */
  #saveProduct(to: number, live: number): void {
    const { gK, channels } = this.#plans.pair.product!;
    const mean = this.#memory.inverse(channels);
    for (let w = 0; w < live; w++) {
      this.#memory.view[to / this.#memory.number + w] =
        this.#memory.view[gK / this.#memory.number + w] * mean;
    }
  }

  /** gX1 += Ḡ·X2 and gX2 += Ḡᵀ·X1. */
  #productAdjoint(
    rows: Side,
    columns: Side,
    g: number,
    gradient: Plan['gradient'],
    gRows: number,
    gColumns: number,
  ): void {
    const { channels } = this.#plans.pair.product!;
    const { gemm } = this.#memory.kernels;
    const [n1, n2] = [rows.count, columns.count];
    const work = this.#memory.reserveWork();
    if (gradient.x1) gemm(n1, channels, n2, g, n2, 1, columns.x, channels, 1, gRows, channels, 0, work);
    if (gradient.x2) gemm(n2, channels, n1, g, 1, n2, rows.x, channels, 1, gColumns, channels, 0, work);
  }

  /**
   * Sends the variances' cotangents, which are in place (and the result's, by `write`), back through the `sample`
   * plan, whose last forward run was of these samples, and adds what reaches the samples from i on to `gradient`.
   */
  #sampleBackward(
    side: Side,
    i: number,
    live: number,
    gradient: number,
    toProducts: boolean,
    write?: () => void,
  ): void {
    const { sample, lanes } = this.#plans;
    const { product } = sample;
    const inputSize = toProducts ? 1 : sample.inputSize;
    const number = this.#memory.number;
    this.#memory.fill(sample.cotangents[0], sample.cotangents[1]);
    write?.();
    this.#run(sample.backward);
    const to = gradient + i * inputSize * number;
    if (!product) {
      this.#memory.kernels.unpackAdd(sample.gX2, lanes, inputSize, live, inputSize, to);
      return;
    }
    if (!product.gK) return;
    const twice = 2 * this.#memory.inverse(product.channels);
    const flows = this.#memory.view.subarray(product.gK / number, product.gK / number + live);
    flows.forEach((flow, w) => {
      flows[w] = flow * twice;
    });
    if (toProducts) {
      this.#memory.view.set(flows, to / number);
      return;
    }
    this.#memory.kernels.addScaledRows(live, inputSize, product.gK, side.x + i * inputSize * number, to);
  }

  /** WebAssembly memory that the runner holds. */
  get bytes(): number {
    return this.#memory.bytes;
  }

  #run(code: Range): void {
    if (code[1] > code[0])
      this.#memory.kernels.run(code[0], code[1], this.#plans.lanes * this.#memory.number);
  }

  /** Zeroes a side's gradients of samples and variances in a plan. */
  #clear(gX: number, variances: number): void {
    const { inputSize, varianceSize, product } = this.#plans.pair;
    const width = this.#plans.lanes * this.#memory.number;
    if (!product) this.#memory.fill(gX, gX + inputSize * width);
    this.#memory.fill(variances, variances + varianceSize * width);
  }

  #copyLanes(from: number, to: number, count: number): void {
    this.#memory.copy(from, to, count * this.#plans.lanes * this.#memory.number);
  }
}

/** Addresses of a block's samples on one side, and of their squared norms (with a matrix product). */
interface Side {
  readonly x: number;
  readonly norms: number;
  readonly count: number;
}
