/**
 * The end of a refusal: what was received, and the remedy. What is plain from the value itself comes first: a promise wants to
 * be awaited, whatever was expected in its place.
 *
 * @param remedy what to do about any other value, a sentence.
 */
export function received(value: unknown, remedy: string): string {
  if (isPromise(value)) return 'got a Promise. Await the call that gave it.';
  return `got ${describe(value)}. ${remedy}`;
}

/** A value in a few words. */
export function describe(value: unknown): string {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return value.name ? `the function ${value.name}` : 'a function';
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (isPromise(value)) return 'a Promise';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (ArrayBuffer.isView(value)) return `a bare ${value.constructor.name}`;
  const { shape, rows, columns } = value as Record<string, unknown>;
  if (Array.isArray(shape)) return `an array of shape [${shape.join(', ')}]`;
  if (typeof rows === 'number' && typeof columns === 'number') return `a matrix [${rows}, ${columns}]`;
  const keys = Object.keys(value);
  if (value instanceof ArrayBuffer || keys.length === 0)
    return `an object ${value.constructor?.name ?? ''}`.trim();
  return `an object with ${keys.slice(0, 4).join(', ')}${keys.length > 4 ? ', …' : ''}`;
}

function isPromise(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function'
  );
}
