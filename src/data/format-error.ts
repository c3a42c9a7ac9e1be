/** A file is truncated, or not in the format it should be in; the message says what was expected and what was found. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}
