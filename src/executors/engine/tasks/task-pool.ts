import type { Plans } from '../planning/plan-types.js';
import type { Task, TaskResults } from './tasks.js';

/** Who does a job's tasks; by default this process's worker threads. */
export interface PoolOptions {
  readonly pool?: TaskPool;
}

/** How a job's tasks are run. */
export interface RunOptions extends PoolOptions {
  /** Tasks of this job that may run at a time. */
  readonly threads: number;
  readonly signal?: AbortSignal;
}

/**
 * Somebody who does tasks: the threads of this process, or machines elsewhere.
 *
 * Every pool keeps these laws. Tasks, plans and results are plain data that can be sent. Each result is handed over once, in the
 * tasks' order, and has the same bits whoever did the task. Of a job no more than `threads` tasks run at a time, and no more
 * than twice as many exist, so that a job need not fit into memory. A
 * result's arrays are there until `onResult` returns. What happens to one job concerns no other.
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
