import * as tf from '@tensorflow/tfjs';
import { DisposedError, NonFiniteError, ShapeError } from '../errors.js';
import { type NdArray, sizeOf } from '../nd-array.js';

/** An array of samples, `[n, …spatial, channels]`. */
export type Samples = tf.Tensor | NdArray;

/**
 * Checks the inputs of a kernel: `x1` `[n1, …spatial, channels]`, and `x2` `[n2, …spatial, channels]` or null.
 *
 * @param where the caller's name, for messages.
 * @throws TypeError when an input is no array.
 * @throws DisposedError when a tensor was disposed of.
 * @throws ShapeError when the rank is less than 2, a size is 0, an array's data do not fill its shape, or samples of x1 and
 *   x2 differ in shape.
 * @throws NonFiniteError when an entry is NaN or infinite.
 */
export function checkInputs(where: string, x1: Samples, x2: Samples | null): void {
  checkSamples(where, 'x1', x1);
  if (x2 === null || x2 === x1) return;
  checkSamples(where, 'x2', x2);
  const [sample1, sample2] = [x1.shape.slice(1), x2.shape.slice(1)];
  if (String(sample1) !== String(sample2)) {
    throw new ShapeError(
      `${where}: samples of x1 and x2 must have equal shapes, got [${sample1}] (x1 is [${x1.shape}]) and ` +
        `[${sample2}] (x2 is [${x2.shape}]). Give both the same spatial sizes and channels.`,
    );
  }
}

/** Checks one input array, called `name` in messages; the errors are those of `checkInputs`. */
export function checkSamples(where: string, name: string, x: Samples): void {
  if (!isSamples(x)) {
    throw new TypeError(
      `${where}: ${name} must be a tensor or { shape, data }, got ${describe(x)}. Pass e.g. tf.tensor2d(…).`,
    );
  }
  if (x instanceof tf.Tensor) {
    checkNotDisposed(where, name, x);
    if (x.dtype === 'complex64' || x.dtype === 'string') {
      throw new TypeError(`${where}: ${name} must hold real numbers, got dtype ${x.dtype}.`);
    }
  }
  const { shape } = x;
  if (shape.length < 2) {
    throw new ShapeError(
      `${where}: ${name} needs a batch and a channel axis, got shape [${shape}]. ` +
        'Reshape a vector of d numbers to [1, d].',
    );
  }
  if (shape.includes(0)) {
    throw new ShapeError(
      `${where}: ${name} must not be empty, got shape [${shape}]. Pass at least one sample.`,
    );
  }
  const data = x instanceof tf.Tensor ? x.dataSync() : x.data;
  if (data.length !== sizeOf(shape)) {
    throw new ShapeError(
      `${where}: ${name} needs ${sizeOf(shape)} numbers for its shape [${shape}], got ${data.length}.`,
    );
  }
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      throw new NonFiniteError(
        `${where}: ${name} must be finite, got ${data[i]} at [${indexOf(i, shape)}]. Clean the data first.`,
      );
    }
  }
}

/** @throws DisposedError when the tensor was disposed of. */
export function checkNotDisposed(where: string, name: string, x: tf.Tensor): void {
  if (x.isDisposed) {
    throw new DisposedError(
      `${where}: ${name} was disposed of. Keep it with tf.keep, or call outside tf.tidy.`,
    );
  }
}

function isSamples(x: unknown): x is Samples {
  return x instanceof tf.Tensor || (typeof x === 'object' && x !== null && 'shape' in x && 'data' in x);
}

function describe(x: unknown): string {
  if (Array.isArray(x)) return 'an array';
  return x === null ? 'null' : typeof x;
}

/** The index along each axis of entry `flat` of a row-major array. */
function indexOf(flat: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = flat;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return index;
}
