import { UnsupportedError } from './errors.js';

/**
 * Refuses options that a function does not have, so that a misspelt one is not silently ignored.
 *
 * @param where the function's name, for messages.
 * @throws UnsupportedError naming the first unknown option.
 */
export function checkOptions(where: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((option) => !known.includes(option));
  if (unknown === undefined) return;
  const remedy = known.length > 0 ? `Its options are ${known.join(', ')}.` : 'It takes no options.';
  throw new UnsupportedError(`${where}: has no option ${unknown}. ${remedy}`);
}
