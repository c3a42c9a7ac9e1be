/** How long work is followed and stopped. */
export interface WorkOptions {
  /** Stops the work; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called as the work goes on, with the steps done and the steps in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Names of `WorkOptions`. */
export const workOptionNames = ['signal', 'onProgress'] as const;
