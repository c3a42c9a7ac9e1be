/** A worker thread, of Node or of a browser. */
export interface Thread {
  readonly post: (message: unknown) => void;
  /** Keeps the process alive while there is work, and lets it end otherwise (Node). */
  readonly hold: (busy: boolean) => void;
  readonly stop: () => void;
}

/** The first message of every thread, which its script does not see. */
const READY = 'neural-tangents: ready';

/**
 * Starts a thread that runs a script; null where the platform has no threads or forbids them at once.
 *
 * @param onEnd called when the script throws or the thread ends by itself; `started` is false when it never ran, as under a
 *   Content-Security-Policy that refuses it.
 * @param data what Node's `workerData` is to be in the thread.
 */
export function startThread(
  source: string,
  onMessage: (message: unknown) => void,
  onEnd: (reason: Error, started: boolean) => void,
  data?: unknown,
): Thread | null {
  let started = false;
  const receive = (message: unknown) => {
    if (message === READY) started = true;
    else onMessage(message);
  };
  const end = (reason: Error) => onEnd(reason, started);
  return startInNode(source, receive, end, data) ?? startInBrowser(source, receive, end);
}

let warned = false;

/** Says, once, that the calling thread does the work of threads that cannot be started. */
export function warnOfNoThreads(reason: string): void {
  if (warned) return;
  warned = true;
  console.warn(
    `neural-tangents: worker threads cannot be started (${reason}); the calling thread does all work. In a page, allow them ` +
      'by "worker-src blob:" in its Content-Security-Policy.',
  );
}

type Start = (
  source: string,
  onMessage: (message: unknown) => void,
  onEnd: (reason: Error) => void,
  data?: unknown,
) => Thread | null;

const startInNode: Start = (source, onMessage, onEnd, data) => {
  const node = globalThis.process?.getBuiltinModule?.('node:worker_threads');
  if (!node) return null;
  const script = `require('node:worker_threads').parentPort.postMessage('${READY}');${source}`;
  try {
    const worker = new node.Worker(script, { eval: true, workerData: data });
    worker.unref();
    worker.on('message', onMessage);
    worker.on('error', onEnd);
    worker.on('exit', (code) => onEnd(new Error(`a worker thread ended with code ${code}.`)));
    return {
      post: (message) => worker.postMessage(message),
      hold: (busy) => (busy ? worker.ref() : worker.unref()),
      stop: () => void worker.terminate(),
    };
  } catch {
    return null;
  }
};

const startInBrowser: Start = (source, onMessage, onEnd) => {
  if (typeof Worker === 'undefined') return null;
  const script = `postMessage('${READY}');${source}`;
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  try {
    const worker = new Worker(url);
    worker.onmessage = ({ data }: MessageEvent) => onMessage(data);
    worker.onerror = ({ message }) =>
      onEnd(new Error(`a worker thread failed: ${message ?? 'no reason given'}`));
    return { post: (message) => worker.postMessage(message), hold: () => {}, stop: () => worker.terminate() };
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
};
