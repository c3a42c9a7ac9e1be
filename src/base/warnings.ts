let handler: ((message: string) => void) | null = (message) => console.warn(`neural-tangents: ${message}`);
const given = new Set<string>();

/**
 * Says who gets warnings: about what is allowed, but hardly ever meant. By default they go to `console.warn`, each kind once.
 *
 * @param handle gets the text; null: nobody does.
 * @example
 * ```ts
 * import { setWarningHandler } from 'neural-tangents';
 *
 * setWarningHandler(null); // quiet
 * ```
 */
export function setWarningHandler(handle: ((message: string) => void) | null): void {
  handler = handle;
  given.clear();
}

/** Warns, unless it did so before about the same `kind` of thing. */
export function warnOnce(kind: string, message: string): void {
  if (given.has(kind) || handler === null) return;
  given.add(kind);
  handler(`${message} (This is said once; setWarningHandler(null) silences all warnings.)`);
}
