import { startThread, type Thread } from '../../../base/thread.js';
import { addOnWorkerData } from '../../../wasm/add-on.js';
import { compiledModule } from '../../../wasm/module.js';
import { runTask } from '../tasks/tasks.js';
import { TileRunner } from '../tiles/tile.js';
import { workerSource } from './generated/worker-source.js';
import { errorReply, type Reply, type Request, type Start } from './protocol.js';

/** Starts somebody who does one task at a time; null where there is nobody. */
export type StartTasker = (
  onReply: (reply: Reply) => void,
  onEnd: (reason: Error, started: boolean) => void,
) => Thread | null;

/** A worker thread, which is sent the engine's module, so that its script need not hold it a second time. */
export const startWorker: StartTasker = (onReply, onEnd) => {
  const receive = (reply: unknown) => onReply(reply as Reply);
  const thread = startThread(workerSource, receive, onEnd, addOnWorkerData());
  thread?.post({ module: compiledModule() } satisfies Start);
  return thread;
};

let runner: TileRunner | undefined;

/** The calling thread, which gives way to others between tasks. */
export const startHere: StartTasker = (onReply) => ({
  post: (request) => {
    const { plans, task } = request as Request;
    setTimeout(() => {
      let reply: Reply;
      try {
        runner ??= new TileRunner();
        reply = { kind: 'result', result: runTask(runner, plans!, task) };
      } catch (error) {
        reply = errorReply(error);
      }
      onReply(reply);
    });
  },
  hold: () => {},
  stop: () => {},
});
