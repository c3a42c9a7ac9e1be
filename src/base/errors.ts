/** An array has the wrong rank, size or channel count. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

/** An input holds NaN or an infinity; the message names the array and the first bad index. */
export class NonFiniteError extends Error {
  override readonly name = 'NonFiniteError';
}

/** A Gram matrix could not be factorised; the message says which ridge would have been needed. */
export class NotPositiveDefiniteError extends Error {
  override readonly name = 'NotPositiveDefiniteError';
}

/** The request is well formed, but no exact kernel (or no executor) exists for it. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
}

/** A resource was used after `dispose()`. */
export class DisposedError extends Error {
  override readonly name = 'DisposedError';
}

/** A run left the range of numbers, as it does at a learning rate too high. */
export class DivergedError<Result = unknown> extends NonFiniteError {
  /** The last state whose numbers were finite, to go on from. */
  readonly result: Result;

  constructor(message: string, result: Result, options?: ErrorOptions) {
    super(message, options);
    this.result = result;
  }
}
