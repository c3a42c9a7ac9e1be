import type { Plans } from '../planning/plan-types.js';
import type { Task, TaskResults } from './tasks.js';

/** Who does a job's tasks; by default this process's worker threads. */
export interface PoolOptions {
  readonly pool?: TaskPool;
}

/** How a job's tasks are run. */
export interface RunOptions extends PoolOptions {
  /** Threads of this process that may work on this job at a time. */
  readonly threads: number;
  readonly signal?: AbortSignal;
}

/**
 * Somebody who does tasks: the threads of this process, or machines elsewhere.
 *
 * Every pool keeps these laws. Tasks, plans and results are plain data that can be sent. A task that says `block` is divided by
 * `divide`, so that its result has the same bits whoever does it, by however many threads. Each result is handed over once, in
 * the tasks' order, and its arrays are there until `onResult` returns. Of a job only so many tasks exist at a time as keep all
 * who work busy, so that a job need not fit into memory. What happens to one job concerns no other.
 */
export interface TaskPool {
  /**
   * Does the tasks that `tasks` yields.
   *
   * @throws the signal's reason once it is aborted; results handed over until then stand.
   */
  run<T extends Task>(
    plans: Plans,
    tasks: Iterable<T>,
    options: RunOptions,
    onResult: (result: TaskResults[T['kind']], index: number) => void,
  ): Promise<void>;
}
