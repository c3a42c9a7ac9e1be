/** A worker thread, of Node or of a browser. */
export interface Thread {
  readonly post: (message: unknown) => void;
  /** Keeps the process alive while there is work, and lets it end otherwise (Node). */
  readonly hold: (busy: boolean) => void;
  readonly stop: () => void;
}

/**
 * Starts a thread that runs a script; null where the platform has no threads or forbids them.
 *
 * @param onCrash called when the script throws or the thread ends by itself.
 */
export function startThread(
  source: string,
  onMessage: (message: unknown) => void,
  onCrash: (reason: unknown) => void,
): Thread | null {
  return startInNode(source, onMessage, onCrash) ?? startInBrowser(source, onMessage, onCrash);
}

const startInNode: typeof startThread = (source, onMessage, onCrash) => {
  const node = globalThis.process?.getBuiltinModule?.('node:worker_threads');
  if (!node) return null;
  const worker = new node.Worker(source, { eval: true });
  worker.unref();
  worker.on('message', onMessage);
  worker.on('error', onCrash);
  worker.on('exit', (code) => onCrash(new Error(`a worker thread ended with code ${code}.`)));
  return {
    post: (message) => worker.postMessage(message),
    hold: (busy) => (busy ? worker.ref() : worker.unref()),
    stop: () => void worker.terminate(),
  };
};

const startInBrowser: typeof startThread = (source, onMessage, onCrash) => {
  if (typeof Worker === 'undefined') return null;
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  try {
    const worker = new Worker(url);
    worker.onmessage = ({ data }: MessageEvent) => onMessage(data);
    worker.onerror = (event) => onCrash(new Error(`a worker thread failed: ${event.message}`));
    return { post: (message) => worker.postMessage(message), hold: () => {}, stop: () => worker.terminate() };
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
};
