import { UnsupportedError } from './errors.js';
import { describe, received } from './received.js';

/**
 * How an option is read: what was given comes back where it keeps the option's rule, the default where nothing was given. Else an
 * error says `where`, the option's `name`, its rule, what was received, and a remedy.
 */
export type Option<Value> = (given: unknown, where: string, name: string) => Value;

/** A declaration for every option of an interface. */
export type Declarations<Options> = { readonly [Name in keyof Options]-?: Option<unknown> };

/** What is read by declarations: every option has its value. */
export type Complete<Declared> = {
  readonly [Name in keyof Declared]: Declared[Name] extends Option<infer Value> ? Value : never;
};

/**
 * Reads the options of a function into a complete record.
 *
 * @param where the function's name, for messages.
 * @param declared each option once, with its rule and its default. Records of declarations are composed by spreading them.
 * @throws TypeError when `given` is no record.
 * @throws UnsupportedError naming the first option that is not declared, so that a misspelt one is not silently ignored.
 * @throws what a rule throws.
 */
export function readOptions<Options extends object, const Declared extends Declarations<Options>>(
  where: string,
  given: Options,
  declared: Declared,
): Complete<Declared> {
  return read(where, '', given, declared);
}

function read<Declared extends Declarations<object>>(
  where: string,
  part: string,
  given: object,
  declared: Declared,
): Complete<Declared> {
  const options: [string, Option<unknown>][] = Object.entries(declared);
  const names = options.map(([name]) => name);
  const remedy = `Its options are ${names.join(', ')}.`;
  const who = part === '' ? where : `${where}: ${part}`;
  if (!isRecord(given))
    throw new TypeError(`${who}: needs options as its last argument, ${received(given, remedy)}`);
  const unknown = Object.keys(given).find((option) => !names.includes(option));
  if (unknown !== undefined) throw new UnsupportedError(`${who}: has no option ${unknown}. ${remedy}`);
  const values = given as Readonly<Record<string, unknown>>;
  const prefix = part === '' ? '' : `${part}.`;
  const complete = options.map(([name, option]) => [name, option(values[name], where, `${prefix}${name}`)]);
  return Object.fromEntries(complete);
}

/** Whether a value can be a record of options: no array, no tensor, no promise. */
function isRecord(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  return !Array.isArray(value) && !('then' in value) && !('shape' in value && 'dtype' in value);
}

/** An option that may be left out, and then has this value. */
export const byDefault =
  <const Default, Value>(value: Default, option: Option<Value>): Option<Default | Value> =>
  (given, where, name) =>
    given === undefined ? value : option(given, where, name);

/** An option that may be left out, and then is undefined. */
export const optional = <Value>(option: Option<Value>): Option<Value | undefined> =>
  byDefault(undefined, option);

/**
 * An option whose values keep a rule.
 *
 * @param words completes the sentence that begins with the option's name: `needs a finite number of at least 0`.
 * @param remedy what to pass instead, a sentence.
 * @param Refusal the class of the error.
 */
export const rule =
  <Value>(
    words: string,
    holds: (given: Value) => unknown,
    remedy = '',
    Refusal: new (message: string) => Error = RangeError,
  ): Option<Value> =>
  (given, where, name) => {
    if (holds(given as Value)) return given as Value;
    throw new Refusal(`${where}: ${name} ${words}, got ${describe(given)}.${remedy && ` ${remedy}`}`);
  };

/** An option that is one of some words. */
export function oneOf<const Value extends string>(
  values: readonly Value[],
  verb = 'must be',
  Refusal?: new (message: string) => Error,
): Option<Value> {
  const quoted = values.map((value) => `'${value}'`);
  const last = quoted.pop();
  const words = quoted.length > 0 ? `${quoted.join(', ')} or ${last}` : last;
  return rule(`${verb} ${words}`, (value: Value) => values.includes(value), '', Refusal);
}

/** An option that is checked where it is used. */
export const anything =
  <Value>(): Option<Value> =>
  (given) =>
    given as Value;

/** An option that is a record of options of its own; left out, all of these have their defaults. */
export const record =
  <const Declared extends Declarations<object>>(declared: Declared): Option<Complete<Declared>> =>
  (given = {}, where, name) =>
    read(where, name, given as object, declared);

/** True or false. */
export const flag: Option<boolean> = rule('must be true or false', (given) => typeof given === 'boolean');

/** Whether a value is a finite number. */
export const isFiniteNumber = (value: number): boolean => Number.isFinite(value);

/** Whether a value is a finite number of at least 0. */
export const isAmount = (value: number): boolean => Number.isFinite(value) && value >= 0;

/** Whether a value is a whole number of at least this. */
export const isWhole =
  (least: number) =>
  (value: number): boolean =>
    Number.isInteger(value) && value >= least;
