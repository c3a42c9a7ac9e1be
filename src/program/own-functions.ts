import { UnsupportedError } from '../base/errors.js';

/** A user's function of numbers. */
export type NumberFunction = (x: number) => number;

const registered: NumberFunction[] = [];

/** Keeps a user's function, which a Program cannot hold, for the rest of the process, under a number. */
export function registerFunction(f: NumberFunction): number {
  const known = registered.indexOf(f);
  return known < 0 ? registered.push(f) - 1 : known;
}

/**
 * The function of that number.
 *
 * @throws UnsupportedError when this process has none of that number.
 */
export function registeredFunction(id: number): NumberFunction {
  const f = registered[id];
  if (f !== undefined) return f;
  throw new UnsupportedError(
    `activation: no function number ${id} was defined here. A Program with functions of one's own runs in the process that made it.`,
  );
}
