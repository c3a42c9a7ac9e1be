import { NonFiniteError, ShapeError, UnsupportedError } from '../base/errors.js';
import { startThread, type Thread, warnOfNoThreads } from '../base/thread.js';
import { addOnWorkerData } from '../wasm/add-on.js';
import { compiledModule } from '../wasm/module.js';
import { type CallReply, type Calls, calls } from './calls.js';
import { workerSource } from './generated/worker-source.js';

/** Up to this many numbers in its arguments a call is done at once: a message to a thread would take longer. */
const SMALL = 10_000;

interface Job {
  readonly name: keyof Calls;
  readonly args: readonly unknown[];
  readonly resolve: (result: never) => void;
  readonly reject: (reason: unknown) => void;
}

const queue: Job[] = [];
let thread: Thread | null = null;
let running: Job | null = null;
let forbidden = false;

/**
 * Calls a function of linear algebra on a thread of its own, one call at a time; without threads (a page that forbids them)
 * on this one. Arguments are copied there, results moved back.
 *
 * @param signal ends the work at once; the promise rejects with its reason.
 */
export function offThread<Name extends keyof Calls>(
  name: Name,
  args: Parameters<Calls[Name]>,
  signal?: AbortSignal,
): Promise<ReturnType<Calls[Name]>> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    if (sizeOf(args) <= SMALL) return resolve(here({ name, args }) as ReturnType<Calls[Name]>);
    const abort = () => {
      reject(signal!.reason);
      cancel(job);
    };
    const done =
      <Value>(settle: (value: Value) => void) =>
      (value: Value) => {
        signal?.removeEventListener('abort', abort);
        settle(value);
      };
    const job: Job = { name, args, resolve: done(resolve), reject: done(reject) };
    signal?.addEventListener('abort', abort, { once: true });
    queue.push(job);
    next();
  });
}

/** Ends the thread, and the call that it is at; the next call starts a new one. */
export function releaseLinalgThread(): void {
  stop();
  if (running) settle((job) => job.reject(new Error('linalg: its thread was released while it worked.')));
}

function stop(): void {
  thread?.stop();
  thread = null;
}

const sizeOf = (args: readonly unknown[]): number =>
  args.reduce<number>((sum, arg) => sum + (arg instanceof Float64Array ? arg.length : 0), 0);

function here({ name, args }: Pick<Job, 'name' | 'args'>): unknown {
  return (calls[name] as (...args: readonly unknown[]) => unknown)(...args);
}

function next(): void {
  if (running || queue.length === 0) return;
  running = queue.shift()!;
  const fresh = thread === null;
  if (!forbidden) thread ??= start();
  if (thread) {
    thread.hold(true);
    const { name, args } = running;
    thread.post({ module: fresh ? compiledModule() : null, name, args });
  } else runHere();
}

/** Does the running job on this thread, giving way to others first. */
function runHere(): void {
  setTimeout(() => {
    settle((job) => job.resolve(here(job) as never));
  });
}

function start(): Thread | null {
  const started = startThread(
    workerSource,
    (reply) => started === thread && settle((job) => receive(job, reply as CallReply)),
    (reason, everRan) => {
      if (started !== thread) return;
      thread = null;
      if (everRan) return settle((job) => job.reject(reason));
      forbidden = true;
      warnOfNoThreads(reason.message);
      runHere();
    },
    addOnWorkerData(),
  );
  return started;
}

/** Ends the running job by `body` and begins the next one. */
function settle(body: (job: Job) => void): void {
  const job = running;
  running = null;
  thread?.hold(false);
  try {
    if (job) body(job);
  } catch (error) {
    job?.reject(error);
  }
  next();
}

function receive(job: Job, reply: CallReply): void {
  if ('error' in reply) job.reject(errorOf(reply.error));
  else job.resolve(reply.result as never);
}

function cancel(job: Job): void {
  if (running === job) {
    stop();
    settle(() => {});
  } else if (queue.includes(job)) queue.splice(queue.indexOf(job), 1);
}

/** The error of its own kind again, which a message between threads does not keep. */
function errorOf({ name, message }: { readonly name: string; readonly message: string }): Error {
  const kinds = [NonFiniteError, ShapeError, UnsupportedError];
  for (const Kind of kinds) if (new Kind().name === name) return new Kind(message);
  return new Error(message);
}
