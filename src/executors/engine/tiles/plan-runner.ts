import { functionMoments } from '../../../program/function-moments.js';
import { registeredFunction } from '../../../program/own-functions.js';
import type { OwnCall, Plans, Range } from '../planning/plan-types.js';
import { TileMemory } from './tile-memory.js';

/** Plans in one instance's memory: their instructions run there, and their lanes are cleared and copied. */
export class PlanRunner {
  readonly memory = new TileMemory();
  #plans!: Plans;
  #calls: readonly OwnCall[] = [];

  /** Makes the plans' code and descriptors present, and everything after them free. */
  start(plans: Plans): void {
    const fresh = this.#plans?.key !== plans.key;
    this.#plans = plans;
    this.#calls = [...plans.sample.calls, ...plans.pair.calls];
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

  /** Runs a plan's instructions, and what is done outside of the module between them. */
  run([start, end]: Range): void {
    let at = start;
    for (const call of this.#calls) {
      if (call.at < start || call.at > end) continue;
      if (call.at > at) this.memory.kernels.run(at, call.at, this.lane);
      this.#writeMoments(call);
      at = call.at;
    }
    if (end > at) this.memory.kernels.run(at, end, this.lane);
  }

  #writeMoments({ id, degree, q, to, bytes, stride }: OwnCall): void {
    const { view, number } = this.memory;
    const f = registeredFunction(id);
    for (let i = 0; i < bytes / number; i++) {
      functionMoments(f, view[q / number + i], degree, (l, s) => {
        view[(to + l * stride) / number + i] = s;
      });
    }
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
