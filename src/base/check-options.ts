import { UnsupportedError } from './errors.js';
import { received } from './received.js';

/**
 * Refuses options that a function does not have, so that a misspelt one is not silently ignored.
 *
 * @param where the function's name, for messages.
 * @throws TypeError when `options` is no record.
 * @throws UnsupportedError naming the first unknown option.
 */
export function checkOptions(where: string, options: unknown, known: readonly string[]): void {
  const remedy = known.length > 0 ? `Its options are ${known.join(', ')}.` : 'It takes no options.';
  if (!isRecord(options))
    throw new TypeError(`${where}: needs options as its last argument, ${received(options, remedy)}`);
  const unknown = Object.keys(options).find((option) => !known.includes(option));
  if (unknown === undefined) return;
  throw new UnsupportedError(`${where}: has no option ${unknown}. ${remedy}`);
}

/** Whether a value can be a record of options: no array, no tensor, no promise. */
function isRecord(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  return !Array.isArray(value) && !('then' in value) && !('shape' in value && 'dtype' in value);
}
