// Entry of the engine's worker threads, in Node and in browsers; bundled to one script by the build.

import { adoptModule } from '../../../wasm/module.js';
import type { Plans } from '../planning/plan-types.js';
import { runTask } from '../tasks/tasks.js';
import { TileRunner } from '../tiles/tile.js';
import { errorReply, type Reply, type Request, type Start } from './protocol.js';

interface Port {
  postMessage(message: Reply, transfer: ArrayBuffer[]): void;
  on?(event: 'message', listener: (message: Start | Request) => void): void;
  onmessage?: (event: { data: Start | Request }) => void;
}

const node = globalThis.process?.getBuiltinModule?.('node:worker_threads');
const port = (node?.parentPort ?? globalThis) as unknown as Port;
let runner: TileRunner | undefined;
let current: Plans | null = null;

function receive(message: Start | Request): void {
  if ('module' in message) adoptModule(message.module);
  else answer(message);
}

function answer({ key, plans, task }: Request): void {
  try {
    if (plans) current = plans;
    if (current?.key !== key) throw new Error(`engine worker: it was not sent the plans ${key}.`);
    runner ??= new TileRunner();
    const result = runTask(runner, current, task);
    port.postMessage({ kind: 'result', result }, buffersOf(result));
  } catch (error) {
    port.postMessage(errorReply(error), []);
  }
}

function buffersOf(result: object): ArrayBuffer[] {
  return Object.values(result).flatMap((value) =>
    ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : [],
  );
}

if (port.on) port.on('message', receive);
else port.onmessage = ({ data }) => receive(data);
