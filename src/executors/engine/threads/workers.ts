import type { Plans } from '../planning/plan-types.js';
import type { Task, TaskResults } from '../tasks/tasks.js';
import { runTask } from '../tasks/tasks.js';
import { TileRunner } from '../tiles/tile.js';
import { workerSource } from './generated/worker-source.js';
import type { Reply, Request } from './worker.js';

/** A worker thread, of Node or of a browser, that does one task at a time. */
interface Thread {
  readonly post: (request: Request) => void;
  /** Keeps the process alive while there is work, and lets it end otherwise (Node). */
  readonly hold: (busy: boolean) => void;
  readonly stop: () => void;
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

const threads: Thread[] = [];
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

function assign(thread: Thread, job: Job): void {
  thread.job = job;
  thread.hold(true);
  const { plans, task } = job;
  thread.post({ id: nextId++, key: plans.key, plans: thread.plansKey === plans.key ? null : plans, task });
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

function start(): Thread | null {
  const thread = startNode() ?? startBrowser();
  if (thread) threads.push(thread);
  return thread;
}

function onReply(thread: Thread, reply: Reply): void {
  const job = thread.job!;
  thread.job = null;
  thread.hold(false);
  if (reply.error === undefined) job.resolve(reply.result as never);
  else job.reject(new Error(reply.error));
  dispatch();
}

function onCrash(thread: Thread, reason: unknown): void {
  const at = threads.indexOf(thread);
  if (at >= 0) threads.splice(at, 1);
  thread.job?.reject(reason);
  thread.job = null;
  dispatch();
}

function startNode(): Thread | null {
  const node = globalThis.process?.getBuiltinModule?.('node:worker_threads');
  if (!node) return null;
  const worker = new node.Worker(workerSource, { eval: true });
  const thread: Thread = {
    post: (request) => worker.postMessage(request),
    hold: (busy) => (busy ? worker.ref() : worker.unref()),
    stop: () => void worker.terminate(),
    plansKey: null,
    job: null,
  };
  worker.unref();
  worker.on('message', (reply: Reply) => onReply(thread, reply));
  worker.on('error', (error) => onCrash(thread, error));
  worker.on('exit', (code) => onCrash(thread, new Error(`engine: a worker thread ended with code ${code}.`)));
  return thread;
}

function startBrowser(): Thread | null {
  if (typeof Worker === 'undefined') return null;
  const url = URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }));
  try {
    const worker = new Worker(url);
    const thread: Thread = {
      post: (request) => worker.postMessage(request),
      hold: () => {},
      stop: () => worker.terminate(),
      plansKey: null,
      job: null,
    };
    worker.onmessage = ({ data }: MessageEvent<Reply>) => onReply(thread, data);
    worker.onerror = (event) => onCrash(thread, new Error(`engine: a worker failed: ${event.message}`));
    return thread;
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
}
