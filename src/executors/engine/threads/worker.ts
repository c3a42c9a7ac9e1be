import type { Plans } from '../planning/plan-types.js';
// Entry of the engine's worker threads, in Node and in browsers; bundled to one script by the build.
import type { Task } from '../tasks/tasks.js';
import { runTask } from '../tasks/tasks.js';
import { TileRunner } from '../tiles/tile.js';

/** Main thread → worker: a task, with its plans the first time that this worker meets them. */
export interface Request {
  readonly id: number;
  readonly key: string;
  readonly plans: Plans | null;
  readonly task: Task;
}

/** Worker → main thread. */
export interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

interface Port {
  postMessage(message: Reply, transfer: ArrayBuffer[]): void;
  on?(event: 'message', listener: (message: Request) => void): void;
  onmessage?: (event: { data: Request }) => void;
}

const node = globalThis.process?.getBuiltinModule?.('node:worker_threads');
const port = (node?.parentPort ?? globalThis) as unknown as Port;
const runner = new TileRunner();
let current: Plans | null = null;

function answer({ id, key, plans, task }: Request): void {
  try {
    if (plans) current = plans;
    if (current?.key !== key) throw new Error(`engine worker: it was not sent the plans ${key}.`);
    const result = runTask(runner, current, task);
    port.postMessage({ id, result }, buffersOf(result));
  } catch (error) {
    port.postMessage(
      { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      [],
    );
  }
}

function buffersOf(result: object): ArrayBuffer[] {
  return Object.values(result).flatMap((value) =>
    ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : [],
  );
}

if (port.on) port.on('message', answer);
else port.onmessage = ({ data }) => answer(data);
