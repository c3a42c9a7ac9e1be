// Entry of the thread that does linear algebra; bundled to one script by the build.
import { adoptModule } from '../wasm/module.js';
import { type CallReply, type CallRequest, calls } from './calls.js';

interface Port {
  postMessage(message: CallReply, transfer: ArrayBuffer[]): void;
  on?(event: 'message', listener: (message: CallRequest) => void): void;
  onmessage?: (event: { data: CallRequest }) => void;
}

const node = globalThis.process?.getBuiltinModule?.('node:worker_threads');
const port = (node?.parentPort ?? globalThis) as unknown as Port;

function answer({ module, name, args }: CallRequest): void {
  try {
    if (module) adoptModule(module);
    const call = calls[name] as (...args: readonly unknown[]) => object;
    const result = call(...args);
    const arrays = ArrayBuffer.isView(result) ? [result] : Object.values(result).filter(ArrayBuffer.isView);
    port.postMessage(
      { result },
      arrays.map(({ buffer }) => buffer as ArrayBuffer),
    );
  } catch (error) {
    const { name: kind, message } = error as Error;
    port.postMessage({ error: { name: kind, message } }, []);
  }
}

if (port.on) port.on('message', answer);
else port.onmessage = ({ data }) => answer(data);
