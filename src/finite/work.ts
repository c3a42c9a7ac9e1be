import type { WorkOptions } from '../base/work-options.js';

/** Longest time in ms without a turn for other work on this thread. */
const TURN = 50;

/** Long work on the calling thread, step by step: reports, can be stopped, and lets other work have its turn. */
export class Work {
  readonly #options: WorkOptions;
  readonly #total: number;
  #done = 0;
  #turn = performance.now();

  constructor(total: number, options: WorkOptions) {
    options.signal?.throwIfAborted();
    this.#options = options;
    this.#total = total;
  }

  /** Notes a step. */
  async step(): Promise<void> {
    this.#done += 1;
    this.#options.onProgress?.(this.#done, this.#total);
    if (performance.now() - this.#turn > TURN) {
      await new Promise((resolve) => {
        setTimeout(resolve, 0);
      });
      this.#turn = performance.now();
    }
    this.#options.signal?.throwIfAborted();
  }
}
