/** A port that nobody listens to: what is sent there is gone. */
let nowhere: MessagePort | undefined;

/**
 * Gives the memory of arrays back at once, where the garbage collector would wait, as it sees small objects and not what they
 * hold. The arrays are empty afterwards.
 */
export function freeMemory(arrays: Iterable<ArrayBufferView>): void {
  for (const { buffer } of arrays) {
    if (!(buffer instanceof ArrayBuffer) || buffer.byteLength === 0) continue;
    if ('transfer' in buffer) (buffer.transfer as (bytes: number) => ArrayBuffer)(0);
    else sendNowhere(buffer);
  }
}

function sendNowhere(buffer: ArrayBuffer): void {
  if (nowhere === undefined) {
    const { port1, port2 } = new MessageChannel();
    port2.close();
    nowhere = port1;
  }
  nowhere.postMessage(null, [buffer]);
}
