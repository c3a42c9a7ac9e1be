import { UnsupportedError } from '../../../base/errors.js';
import { freeMemory } from '../../../base/free-memory.js';
import { type Thread, warnOfNoThreads } from '../../../base/thread.js';
import { releaseLinalgThread } from '../../../linalg/off-thread.js';
import type { Plans } from '../planning/plan-types.js';
import { type Division, divide } from '../tasks/parts.js';
import type { RunOptions, TaskPool } from '../tasks/task-pool.js';
import type { Task, TaskResults } from '../tasks/tasks.js';
import type { Reply } from './protocol.js';
import { type StartTasker, startHere, startWorker } from './thread.js';

/** A thread of the pool, and what it does. */
interface Member {
  readonly thread: Thread;
  readonly here: boolean;
  plansKey: string | null;
  pending: Pending | null;
}

/** A task that waits or runs. */
interface Pending {
  readonly job: Job;
  readonly plans: Plans;
  readonly task: Task;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** One call of `run`. */
interface Job {
  readonly threads: number;
  readonly waiting: Pending[];
  running: number;
}

/**
 * The threads of this process, shared by all jobs: as many as the job that asked for most, each job within its own limit, and
 * the job that is furthest below its limit first. Without worker threads (a page that forbids them) the calling thread works.
 */
export class ThreadPool implements TaskPool {
  readonly #startWorker: StartTasker | null;
  readonly #members: Member[] = [];
  readonly #jobs = new Set<Job>();
  #forbidden = false;

  /** @param start null: the calling thread does all tasks. */
  constructor(start: StartTasker | null = startWorker) {
    this.#startWorker = start;
  }

  async run<T extends Task>(
    plans: Plans,
    tasks: Iterable<T>,
    options: RunOptions,
    onResult: (result: TaskResults[T['kind']], index: number) => void,
  ): Promise<void> {
    const open: { readonly division: Division<T>; left: number }[] = [];
    const parts = function* () {
      for (const task of tasks) {
        const division = divide(plans, task);
        open.push({ division, left: division.parts.length });
        yield* division.parts;
      }
    };
    let index = 0;
    await this.#runParts(plans, parts(), options, (part) => {
      const [first] = open;
      first.division.add(part);
      if (--first.left > 0) return;
      open.shift();
      const { result } = first.division;
      onResult(result, index++);
      freeMemory(Object.values(result).filter(ArrayBuffer.isView));
    });
  }

  /** Does tasks, a thread one at a time, and hands over their results in their order. */
  async #runParts<T extends Task>(
    plans: Plans,
    tasks: Iterable<T>,
    { threads, signal }: RunOptions,
    onResult: (result: TaskResults[T['kind']]) => void,
  ): Promise<void> {
    signal?.throwIfAborted();
    const job: Job = { threads, waiting: [], running: 0 };
    this.#jobs.add(job);
    const results: Promise<TaskResults[T['kind']]>[] = [];
    let abort: (reason: unknown) => void = () => {};
    const aborted = new Promise<never>((_, reject) => {
      abort = reject;
    });
    aborted.catch(() => {});
    const onAbort = () => abort(signal!.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const next = async () => {
        const result = await Promise.race([results.shift()!, aborted]);
        onResult(result);
        freeMemory(Object.values(result).filter(ArrayBuffer.isView));
      };
      for (const task of tasks) {
        const result = this.#submit(job, plans, task);
        result.catch(() => {});
        results.push(result);
        if (results.length >= 2 * threads) await next();
      }
      while (results.length > 0) await next();
    } finally {
      this.#jobs.delete(job);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Ends all threads; a later job starts new ones. */
  release(): void {
    for (const { thread } of this.#members.splice(0)) thread.stop();
  }

  #submit<T extends Task>(job: Job, plans: Plans, task: T): Promise<TaskResults[T['kind']]> {
    return new Promise((resolve, reject) => {
      job.waiting.push({ job, plans, task, resolve: resolve as (result: unknown) => void, reject });
      this.#dispatch();
    });
  }

  #dispatch(): void {
    for (let job = this.#nextJob(); job; job = this.#nextJob()) {
      const member = this.#idle(job.waiting[0].plans.key);
      if (!member) return;
      this.#assign(member, job.waiting.shift()!);
    }
  }

  /** The job with waiting tasks that is furthest below its limit. */
  #nextJob(): Job | null {
    let next: Job | null = null;
    for (const job of this.#jobs) {
      if (job.waiting.length === 0 || job.running >= job.threads) continue;
      if (!next || job.running / job.threads < next.running / next.threads) next = job;
    }
    return next;
  }

  /** A thread without a task, if possible one that has the plans already; null if there are enough threads. */
  #idle(plansKey: string): Member | null {
    const idle = this.#members.filter(({ pending }) => !pending);
    const most = Math.max(...[...this.#jobs].map(({ threads }) => threads));
    const known = idle.find((member) => member.plansKey === plansKey) ?? idle[0];
    if (this.#members.length - idle.length >= most) return null;
    return known ?? this.#start();
  }

  #start(): Member | null {
    const wanted = this.#startWorker !== null && !this.#forbidden;
    const member = wanted ? this.#startMember(this.#startWorker!, false) : null;
    if (member) return member;
    if (this.#members.length > 0) return null;
    if (wanted) this.#forbid('the platform has none');
    return this.#startMember(startHere, true);
  }

  #startMember(start: StartTasker, here: boolean): Member | null {
    const thread = start(
      (reply) => this.#onReply(member, reply),
      (reason, started) => this.#onEnd(member, reason, started),
    );
    if (!thread) return null;
    const member: Member = { thread, here, plansKey: null, pending: null };
    this.#members.push(member);
    return member;
  }

  #assign(member: Member, pending: Pending): void {
    const { plans, task, job } = pending;
    job.running++;
    member.pending = pending;
    member.thread.hold(true);
    const known = !member.here && member.plansKey === plans.key;
    member.thread.post({ key: plans.key, plans: known ? null : plans, task });
    member.plansKey = plans.key;
  }

  #onReply(member: Member, reply: Reply): void {
    const pending = this.#take(member);
    if (reply.kind === 'result') pending?.resolve(reply.result);
    else pending?.reject(errorOf(reply));
    this.#dispatch();
  }

  #onEnd(member: Member, reason: Error, started: boolean): void {
    const at = this.#members.indexOf(member);
    if (at >= 0) this.#members.splice(at, 1);
    const pending = this.#take(member);
    if (pending && !started && at >= 0) {
      this.#forbid(reason.message);
      pending.job.waiting.unshift(pending);
    } else pending?.reject(reason);
    this.#dispatch();
  }

  /** Takes its task from a thread. */
  #take(member: Member): Pending | null {
    const { pending } = member;
    member.pending = null;
    member.thread.hold(false);
    if (pending) pending.job.running--;
    return pending;
  }

  /** Starts no more worker threads, and says so. */
  #forbid(reason: string): void {
    this.#forbidden = true;
    warnOfNoThreads(reason);
  }
}

function errorOf({ name, message, stack }: Reply & { readonly kind: 'error' }): Error {
  if (name === 'UnsupportedError') return new UnsupportedError(message);
  const error = new Error(message);
  if (stack) error.stack = stack;
  return error;
}

const shared = new ThreadPool();

/** Of Programs with functions of a user's own, which no other thread has. */
const here = new ThreadPool(null);

/** Does tasks by `options.pool`, or by this process's threads; see `TaskPool`. Functions of a user's own keep them on the calling one. */
export function runTasks<T extends Task>(
  plans: Plans,
  tasks: Iterable<T>,
  options: RunOptions,
  onResult: (result: TaskResults[T['kind']], index: number) => void,
): Promise<void> {
  const own = plans.sample.calls.length > 0;
  return (own ? here : (options.pool ?? shared)).run(plans, tasks, options, onResult);
}

/** Ends all worker threads; a later call starts new ones. Only needed where idle threads are in the way. */
export function releaseThreads(): void {
  shared.release();
  releaseLinalgThread();
}

/** Threads that a call uses when it does not say: one a core, at most 16. */
export function defaultThreads(): number {
  const node = globalThis.process?.getBuiltinModule?.('node:os');
  const cores = node ? node.availableParallelism() : (globalThis.navigator?.hardwareConcurrency ?? 1);
  return Math.max(1, Math.min(16, cores));
}
