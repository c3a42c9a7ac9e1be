import { startThread, type Thread } from '../../../base/thread.js';
import { releaseLinalgThread } from '../../../linalg/off-thread.js';
import type { Plans } from '../planning/plan-types.js';
import type { Task, TaskResults } from '../tasks/tasks.js';
import { runTask } from '../tasks/tasks.js';
import { TileRunner } from '../tiles/tile.js';
import { workerSource } from './generated/worker-source.js';
import type { Reply, Request } from './worker.js';

/** A worker thread that does one task at a time. */
interface PoolThread extends Thread {
  plansKey: string | null;
  job: Job | null;
}

interface Job {
  readonly plans: Plans;
  readonly task: Task;
  readonly resolve: (result: never) => void;
  readonly reject: (reason: unknown) => void;
  readonly wanted: () => boolean;
}

const threads: PoolThread[] = [];
const queue: Job[] = [];
let limit = 0;
let nextId = 0;

/** Threads that a call uses when it does not say: one a core, at most 16. */
export function defaultThreads(): number {
  const node = globalThis.process?.getBuiltinModule?.('node:os');
  const cores = node ? node.availableParallelism() : (globalThis.navigator?.hardwareConcurrency ?? 1);
  return Math.max(1, Math.min(16, cores));
}

/** How to run a batch of tasks. */
export interface RunOptions {
  readonly threads: number;
  readonly signal?: AbortSignal;
}

/**
 * Runs the tasks that `tasks` yields and hands over every result in the tasks' order. At most two tasks per
 * thread exist at a time, so the whole job never needs to fit in memory.
 *
 * @throws the signal's reason once it is aborted; results handed over until then stand.
 */
export async function runTasks<T extends Task>(
  plans: Plans,
  tasks: Iterable<T>,
  { threads: count, signal }: RunOptions,
  onResult: (result: TaskResults[T['kind']], index: number) => void,
): Promise<void> {
  signal?.throwIfAborted();
  let stopped = false;
  const running: Promise<TaskResults[T['kind']]>[] = [];
  let rejectAborted: (reason: unknown) => void = () => {};
  const aborted = new Promise<never>((_, reject) => {
    rejectAborted = reject;
  });
  aborted.catch(() => {});
  const onAbort = () => rejectAborted(signal!.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    let index = 0;
    for (const task of tasks) {
      const result = submit(plans, task, count, () => !stopped);
      result.catch(() => {});
      running.push(result);
      if (running.length >= 2 * count) onResult(await Promise.race([running.shift()!, aborted]), index++);
    }
    while (running.length > 0) onResult(await Promise.race([running.shift()!, aborted]), index++);
  } finally {
    stopped = true;
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Ends all worker threads; a later call starts new ones. Only needed where idle threads are in the way. */
export function releaseThreads(): void {
  for (const thread of threads.splice(0)) thread.stop();
  releaseLinalgThread();
}

function submit<T extends Task>(plans: Plans, task: T, count: number, wanted: () => boolean) {
  return new Promise<TaskResults[T['kind']]>((resolve, reject) => {
    limit = count;
    queue.push({ plans, task, resolve: resolve as (result: never) => void, reject, wanted });
    dispatch();
  });
}

function dispatch(): void {
  while (queue.length > 0) {
    const busy = threads.filter((thread) => thread.job).length;
    if (busy >= limit) return;
    const job = queue.shift()!;
    if (!job.wanted()) continue;
    const idle = threads.filter((thread) => !thread.job);
    const thread = idle.find(({ plansKey }) => plansKey === job.plans.key) ?? idle[0] ?? start();
    if (thread) assign(thread, job);
    else runHere(job);
  }
}

function assign(thread: PoolThread, job: Job): void {
  thread.job = job;
  thread.hold(true);
  const { plans, task } = job;
  const known = thread.plansKey === plans.key;
  const request: Request = { id: nextId++, key: plans.key, plans: known ? null : plans, task };
  thread.post(request);
  thread.plansKey = plans.key;
}

let local: TileRunner | undefined;

/** Without worker threads (a page that forbids them): on this thread, giving way to others between tasks. */
function runHere({ plans, task, resolve, reject }: Job): void {
  local ??= new TileRunner();
  const runner = local;
  setTimeout(() => {
    try {
      resolve(runTask(runner, plans, task) as never);
    } catch (error) {
      reject(error);
    }
  });
}

function start(): PoolThread | null {
  const started = startThread(
    workerSource,
    (reply) => onReply(thread!, reply as Reply),
    (reason) => onCrash(thread!, reason),
  );
  const thread = started && { ...started, plansKey: null, job: null };
  if (thread) threads.push(thread);
  return thread;
}

function onReply(thread: PoolThread, reply: Reply): void {
  const job = thread.job!;
  thread.job = null;
  thread.hold(false);
  if (reply.error === undefined) job.resolve(reply.result as never);
  else job.reject(new Error(reply.error));
  dispatch();
}

function onCrash(thread: PoolThread, reason: unknown): void {
  const at = threads.indexOf(thread);
  if (at >= 0) threads.splice(at, 1);
  thread.job?.reject(reason);
  thread.job = null;
  dispatch();
}
