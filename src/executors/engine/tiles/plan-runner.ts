import type { Plans, Range } from '../planning/plan-types.js';
import { TileMemory } from './tile-memory.js';

/** Plans in one instance's memory: their instructions run there, and their lanes are cleared and copied. */
export class PlanRunner {
  readonly memory = new TileMemory();
  #plans!: Plans;

  /** Makes the plans' code and descriptors present, and everything after them free. */
  start(plans: Plans): void {
    const fresh = this.#plans?.key !== plans.key;
    this.#plans = plans;
    this.memory.start(plans.dtype, plans.pair.end);
    if (!fresh) return;
    for (const { at, words } of [...plans.sample.data, ...plans.pair.data]) this.memory.writeWords(at, words);
  }

  /** The plans that were started last. */
  get plans(): Plans {
    return this.#plans;
  }

  /** Bytes of a number for each lane. */
  get lane(): number {
    return this.#plans.lanes * this.memory.number;
  }

  /** Runs a plan's instructions. */
  run(code: Range): void {
    if (code[1] > code[0]) this.memory.kernels.run(code[0], code[1], this.lane);
  }

  /** Zeroes a side's gradients of samples and variances in a plan. */
  clear(gX: number, variances: number): void {
    const { inputSize, varianceSize, product } = this.#plans.pair;
    if (!product) this.memory.fill(gX, gX + inputSize * this.lane);
    this.memory.fill(variances, variances + varianceSize * this.lane);
  }

  /** Adds the cotangents of constants in the first `live` lanes to `sums`, and zeroes all lanes. */
  takeConstants(live: number, sums: Float64Array): void {
    const { gConstants } = this.#plans.pair;
    const at = gConstants / this.memory.number;
    sums.forEach((_, i) => {
      for (let w = 0; w < live; w++) sums[i] += this.memory.view[at + i * this.#plans.lanes + w];
    });
    this.memory.fill(gConstants, gConstants + sums.length * this.lane);
  }

  /** Copies `count` numbers for each lane. */
  copyLanes(from: number, to: number, count: number): void {
    this.memory.copy(from, to, count * this.lane);
  }
}
