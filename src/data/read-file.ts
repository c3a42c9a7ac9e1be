import { received } from '../base/received.js';
import { FormatError } from './format-error.js';

/**
 * Gives the bytes of a file by its name, and throws when there is none. It is how the loaders stay free of Node:
 * `(name) => readFile(join(folder, name))` there, `async (name) => new Uint8Array(await (await fetch(name)).arrayBuffer())`
 * in a browser.
 */
export type ReadFile = (name: string) => Uint8Array | Promise<Uint8Array>;

/**
 * The bytes of the first of `names` that can be read.
 *
 * @param where the public function to name in the error
 * @throws FormatError when none can be; its cause is the last failure
 */
export async function readFirst(
  where: string,
  read: ReadFile,
  names: readonly string[],
): Promise<Uint8Array> {
  if (typeof read !== 'function') {
    const remedy = 'Pass e.g. (name) => readFile(join(folder, name)).';
    throw new TypeError(`${where}: read must be a function of a file's name, ${received(read, remedy)}`);
  }
  let cause: unknown;
  for (const name of names) {
    try {
      return await read(name);
    } catch (error) {
      cause = error;
    }
  }
  throw new FormatError(
    `${where}: needs one of the files ${names.join(', ')}, got none. Check the folder and the names in it.`,
    { cause },
  );
}
