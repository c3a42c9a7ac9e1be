import { received } from '../base/received.js';

/** @throws TypeError when the contents of a file, an argument called `name`, are no Uint8Array. */
export function checkBytes(where: string, name: string, bytes: unknown): asserts bytes is Uint8Array {
  if (bytes instanceof Uint8Array) return;
  const remedy =
    bytes instanceof ArrayBuffer
      ? 'Pass new Uint8Array(buffer).'
      : 'Pass the contents of the file, e.g. of readFile(path).';
  throw new TypeError(`${where}: ${name} must be a Uint8Array, ${received(bytes, remedy)}`);
}
