import type { Plans } from '../planning/plan-types.js';
import type { Task } from '../tasks/tasks.js';

/** To a thread, first: the engine's module, compiled. */
export interface Start {
  readonly module: WebAssembly.Module;
}

/** To a thread: a task, with its plans the first time that this thread meets them. */
export interface Request {
  readonly key: string;
  readonly plans: Plans | null;
  readonly task: Task;
}

/** From a thread: what came of its task. */
export type Reply =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly name: string; readonly message: string; readonly stack?: string };

/** An error as a thread sends it. */
export function errorReply(error: unknown): Reply {
  if (!(error instanceof Error)) return { kind: 'error', name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  return { kind: 'error', name, message, stack };
}
