import type { WorkOptions } from '../base/work-options.js';
import type { Calls } from '../linalg/calls.js';
import { offThread } from '../linalg/off-thread.js';

/** Linear algebra off the calling thread that can be cancelled and reports progress, a call a part. */
export class Work {
  readonly signal: AbortSignal | undefined;
  readonly #onProgress: WorkOptions['onProgress'];
  #total = 0;
  #done = 0;

  constructor({ signal, onProgress }: WorkOptions) {
    signal?.throwIfAborted();
    this.signal = signal;
    this.#onProgress = onProgress;
  }

  /** Announces parts that are to come. */
  expect(parts: number): void {
    this.#total += parts;
  }

  /** A part is done. */
  advance(): void {
    this.#onProgress?.(++this.#done, Math.max(this.#total, this.#done));
  }

  /** A part that is a call of linear algebra. */
  async call<Name extends keyof Calls>(
    name: Name,
    ...args: Parameters<Calls[Name]>
  ): Promise<ReturnType<Calls[Name]>> {
    const result = await offThread(name, args, this.signal);
    this.advance();
    return result;
  }
}
