import type { FloatArray } from '../../../base/nd-array.js';
import type { Rows } from '../../pairs.js';
import type { Plans } from '../planning/plan-types.js';
import { PlanRunner } from './plan-runner.js';
import { multiplyBack, multiplySides, productGradient, saveProduct, spreadProduct } from './products.js';
import { factorsOf, loadGroup, loadRow, loadSide, markSame } from './samples.js';
import type { BlockOptions, Gradients, GroupVisitor, ProductGradient, Side } from './types.js';

/** Bytes of forward values that `forwardThenBackward` may keep between its two sweeps. */
export const KEPT_BYTES = 48 * 2 ** 20;

/**
 * Runs plans over blocks of pairs in one instance of the engine. Groups of x2's samples are the outer loop and x1's samples the
 * inner one: every lane is computed by itself, so no block size or order can change a result's bits.
 */
export class TileRunner {
  readonly #runner = new PlanRunner();

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
    options: BlockOptions = {},
    triangle = false,
  ): void {
    const { diagonal } = options;
    const block = this.#loadBlock(plans, x1, x2, options);
    for (let j = 0; j < x2.count; j += plans.lanes) {
      const live = Math.min(plans.lanes, x2.count - j);
      loadGroup(this.#runner, block.columns, j, live);
      for (let i = 0; i < x1.count; i++) {
        if (triangle && j + live - 1 + diagonal! < i) continue;
        this.#runPair(block, i, j, live);
        visit({ i, j, live }, plans.pair.result, this.#runner.memory.view);
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
    options: BlockOptions = {},
    toProducts = false,
  ): Gradients {
    const runner = this.#runner;
    const { memory } = runner;
    const { pair, sample, lanes } = plans;
    const { varianceSize, gradient } = pair;
    const inputSize = toProducts ? 1 : pair.inputSize;
    const block = this.#loadBlock(plans, x1, x2, options);
    const { rows, columns } = block;
    const { number } = memory;
    const { gatherAdd } = memory.kernels;
    const gK = pair.product ? memory.zeros(x1.count * x2.count) : 0;
    const gRows = memory.zeros(gradient.x1 ? x1.count * inputSize : 0);
    const gColumns = memory.zeros(gradient.x2 ? x2.count * inputSize : 0);
    const rowVariances = memory.zeros(gradient.x1 ? x1.count * varianceSize : 0);
    const valueBytes = pair.values[1] - pair.values[0];
    const keptRows = valueBytes > 0 ? Math.min(x1.count, Math.floor(KEPT_BYTES / valueBytes)) : 0;
    const kept = memory.reserve(keptRows * valueBytes);
    const constants = new Float64Array(pair.constantSize);
    runner.takeConstants(0, constants);

    for (let j = 0; j < x2.count; j += lanes) {
      const live = Math.min(lanes, x2.count - j);
      loadGroup(runner, columns, j, live);
      if (gradient.x2) runner.clear(pair.gX2, pair.variances2);
      for (let i = 0; i < x1.count; i++) {
        this.#runPair(block, i, j, live);
        if (i < keptRows) memory.copy(pair.values[0], kept + i * valueBytes, valueBytes);
        read({ i, j, live }, pair.result, memory.view);
      }
      for (let i = 0; i < x1.count; i++) {
        if (i < keptRows) {
          loadRow(runner, rows, block.factors, i);
          markSame(runner, i, j, block.diagonal);
          memory.copy(kept + i * valueBytes, pair.values[0], valueBytes);
        } else this.#runPair(block, i, j, live);
        memory.fill(pair.cotangents[0], pair.cotangents[1]);
        if (gradient.x1) runner.clear(pair.gX1, pair.variances1);
        write({ i, j, live }, pair.gResult, memory.view);
        runner.run(pair.backward);
        if (pair.product) saveProduct(runner, gK + (i * x2.count + j) * number, live);
        if (!gradient.x1) continue;
        if (!pair.product) gatherAdd(pair.gX1, lanes, inputSize, live, gRows + i * inputSize * number);
        gatherAdd(pair.variances1, lanes, varianceSize, live, rowVariances + i * varianceSize * number);
      }
      runner.takeConstants(live, constants);
      if (gradient.x2) {
        runner.copyLanes(pair.gX2, sample.gX2, pair.product ? 0 : inputSize);
        runner.copyLanes(pair.variances2, sample.variances2, varianceSize);
        this.#sampleBackward(columns, j, live, gColumns, toProducts);
        runner.takeConstants(live, constants);
      }
    }
    if (gradient.x1) this.#rowsBackward(rows, rowVariances, gRows, toProducts, constants);
    if (pair.product && !toProducts) multiplyBack(runner, rows, columns, gK, gRows, gColumns);
    return {
      x1: gradient.x1 ? memory.take(gRows, x1.count * inputSize) : null,
      x2: gradient.x2 ? memory.take(gColumns, x2.count * inputSize) : null,
      products: toProducts ? memory.take(gK, x1.count * x2.count) : null,
      constants,
    };
  }

  /** Calls `visit` with the covariances of each sample with itself, a sample a lane: group i is samples i, i+1, … */
  samples(plans: Plans, x: Rows, visit: GroupVisitor): void {
    const runner = this.#runner;
    runner.start(plans);
    const side = loadSide(runner, x);
    for (let i = 0; i < x.count; i += plans.lanes) {
      const live = Math.min(plans.lanes, x.count - i);
      loadGroup(runner, side, i, live);
      visit({ i, j: i, live }, plans.sample.result, runner.memory.view);
    }
  }

  /** Gradient of x through the covariances of each sample with itself, `write` giving their cotangents. */
  samplesBackward(plans: Plans, x: Rows, write: GroupVisitor): FloatArray {
    const runner = this.#runner;
    runner.start(plans);
    const { sample, lanes } = plans;
    const { memory } = runner;
    const side = loadSide(runner, x);
    const gradient = memory.zeros(x.count * sample.inputSize);
    for (let i = 0; i < x.count; i += lanes) {
      const live = Math.min(lanes, x.count - i);
      loadGroup(runner, side, i, live);
      runner.clear(sample.gX2, sample.variances2);
      this.#sampleBackward(side, i, live, gradient, false, () =>
        write({ i, j: i, live }, sample.gResult, memory.view),
      );
    }
    return memory.take(gradient, x.count * sample.inputSize);
  }

  /** See `productGradient`. */
  productGradient(plans: Plans, task: ProductGradient): FloatArray {
    this.#runner.start(plans);
    return productGradient(this.#runner, task);
  }

  /** Memory that the runner holds. */
  get bytes(): number {
    return this.#runner.memory.bytes;
  }

  /** Brings a block's samples into memory, with x1's factors and, of a matrix product, the products. */
  #loadBlock(plans: Plans, x1: Rows, x2: Rows, { diagonal }: BlockOptions): Block {
    this.#runner.start(plans);
    const rows = loadSide(this.#runner, x1);
    const columns = loadSide(this.#runner, x2);
    const factors = factorsOf(this.#runner, rows);
    const k = multiplySides(this.#runner, rows, columns);
    return { rows, columns, factors, k, diagonal };
  }

  /** Runs sample i with the group from j on forward. */
  #runPair({ rows, columns, factors, k, diagonal }: Block, i: number, j: number, live: number): void {
    const runner = this.#runner;
    const { pair } = runner.plans;
    loadRow(runner, rows, factors, i);
    markSame(runner, i, j, diagonal);
    if (pair.product) {
      spreadProduct(runner, k + (i * columns.count + j) * runner.memory.number, live, pair.product);
    }
    runner.run(pair.forward);
  }

  /** Sends the cotangents of x1's variances, `[count, varianceSize]`, back to its samples and to the constants. */
  #rowsBackward(
    rows: Side,
    variances: number,
    gradient: number,
    toProducts: boolean,
    constants: Float64Array,
  ): void {
    const runner = this.#runner;
    const { memory } = runner;
    const { sample, lanes } = runner.plans;
    const { varianceSize } = sample;
    for (let i = 0; i < rows.count; i += lanes) {
      const live = Math.min(lanes, rows.count - i);
      loadGroup(runner, rows, i, live);
      runner.clear(sample.gX2, sample.variances2);
      const from = variances + i * varianceSize * memory.number;
      memory.kernels.pack(from, varianceSize, live, varianceSize, lanes, sample.variances2);
      this.#sampleBackward(rows, i, live, gradient, toProducts);
      runner.takeConstants(live, constants);
    }
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
    const { memory, plans } = this.#runner;
    const { sample, lanes } = plans;
    const { product } = sample;
    const inputSize = toProducts ? 1 : sample.inputSize;
    const { number } = memory;
    memory.fill(sample.cotangents[0], sample.cotangents[1]);
    write?.();
    this.#runner.run(sample.backward);
    const to = gradient + i * inputSize * number;
    if (!product) {
      memory.kernels.unpackAdd(sample.gX2, lanes, inputSize, live, inputSize, to);
      return;
    }
    if (!product.gK) return;
    const twice = 2 * memory.inverse(product.channels);
    const flows = memory.view.subarray(product.gK / number, product.gK / number + live);
    flows.forEach((flow, w) => {
      flows[w] = flow * twice;
    });
    if (toProducts) memory.view.set(flows, to / number);
    else memory.kernels.addScaledRows(live, inputSize, product.gK, side.x + i * inputSize * number, to);
  }
}

/** A block of pairs in memory: addresses of both sides, of x1's factors and of X1·X2ᵀ. */
interface Block {
  readonly rows: Side;
  readonly columns: Side;
  readonly factors: number;
  readonly k: number;
  readonly diagonal: number | undefined;
}
