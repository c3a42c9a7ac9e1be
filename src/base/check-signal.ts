import { received } from './received.js';

/** @throws TypeError when a signal is given and is no AbortSignal. */
export function checkSignal(where: string, signal: unknown): void {
  if (signal === undefined || typeof (signal as AbortSignal | null)?.throwIfAborted === 'function') return;
  const remedy = 'Pass the signal of an AbortController: controller.signal.';
  throw new TypeError(`${where}: signal must be an AbortSignal, ${received(signal, remedy)}`);
}
