import * as tf from '#tf';
import { sizeOf } from '../../base/nd-array.js';
import type { Windows } from './geometry.js';

/**
 * The images that windows see at each of their positions, in row-major order of these positions: entry t of the result,
 * `[n, …out, c]`, holds tap t of every window of `x` `[n, …image, c]`; zeros where that lies outside the image.
 *
 * Made of slices, pads, concatenations and reshapes only, so that it works for any number of axes and has
 * gradients of every order on every backend.
 */
export function taps(x: tf.Tensor, windows: Windows): tf.Tensor[] {
  return windows.window.reduce(
    (images, _, axis) => images.flatMap((image) => tapsAlong(image, windows, axis)),
    [x],
  );
}

/**
 * The sum over each window of `x` `[n, …image, c]`, `[n, …out, c]`; axis after axis, since a window is a product.
 */
export function windowSum(x: tf.Tensor, windows: Windows): tf.Tensor {
  return windows.window.reduce(
    (image, _, axis) =>
      isTiled(windows, axis) ? tileSum(image, windows, axis) : tf.addN(tapsAlong(image, windows, axis)),
    x,
  );
}

/** Whether windows lie side by side inside the image, as most pools' do. */
const isTiled = ({ window, strides, low, high }: Windows, axis: number): boolean =>
  window[axis] === strides[axis] && low[axis] === 0 && high[axis] === 0;

/** The sum over such windows: slices of a stride, which copy row by row, would take several times as long. */
function tileSum(x: tf.Tensor, { window, out }: Windows, axis: number): tf.Tensor {
  const shape = x.shape;
  const before = sizeOf(shape.slice(0, axis + 1));
  const after = sizeOf(shape.slice(axis + 2));
  const covered = out[axis] * window[axis];
  const flat = tf.reshape(x, [before, shape[axis + 1], after]);
  const kept = covered === shape[axis + 1] ? flat : tf.slice(flat, [0, 0, 0], [before, covered, after]);
  const sum = tf.sum(tf.reshape(kept, [before * out[axis], window[axis], after]), 1);
  return tf.reshape(sum, [...shape.slice(0, axis + 1), out[axis], ...shape.slice(axis + 2)]);
}

/** The largest entry in each window of `x` `[n, …image, c]`, `[n, …out, c]`; what lies outside the image does not count. */
export function windowMax(x: tf.Tensor, windows: Windows): tf.Tensor {
  return windows.window.reduce(
    (image, _, axis) =>
      tapsAlong(image, windows, axis, Number.NEGATIVE_INFINITY).reduce((a, b) => tf.maximum(a, b)),
    x,
  );
}

function tapsAlong(x: tf.Tensor, windows: Windows, axis: number, outside = 0): tf.Tensor[] {
  const [window, stride, out] = [windows.window[axis], windows.strides[axis], windows.out[axis]];
  const shape = x.shape;
  const before = shape.slice(0, axis + 1).reduce((a, b) => a * b, 1);
  const after = shape.slice(axis + 2).reduce((a, b) => a * b, 1);
  // A tap reads out·stride positions and keeps every stride-th: the last such group may overhang the image.
  const length = window - 1 + out * stride;
  const flat = extended(tf.reshape(x, [before, shape[axis + 1], after]), windows, axis, length, outside);
  return Array.from({ length: window }, (_, tap) =>
    tf.reshape(
      tf.slice(
        tf.reshape(tf.slice(flat, [0, tap, 0], [before, out * stride, after]), [before, out, stride, after]),
        [0, 0, 0, 0],
        [before, out, 1, after],
      ),
      [...shape.slice(0, axis + 1), out, ...shape.slice(axis + 2)],
    ),
  );
}

/**
 * `x` `[before, n, after]` with its windows' padding on the middle axis, cut or continued to `length` positions; `outside`
 * is what stands where there is no image.
 */
function extended(x: tf.Tensor, windows: Windows, axis: number, length: number, outside: number): tf.Tensor {
  const [before, n, after] = x.shape;
  const low = windows.low[axis];
  if (!windows.circular) {
    const kept = Math.min(n, length - low);
    const padding: [number, number][] = [
      [0, 0],
      [low, length - low - kept],
      [0, 0],
    ];
    return tf.pad(tf.slice(x, [0, 0, 0], [before, kept, after]), padding, outside);
  }
  const pieces: tf.Tensor[] = [];
  for (let position = 0; position < length; ) {
    const from = (((position - low) % n) + n) % n;
    const size = Math.min(n - from, length - position);
    pieces.push(tf.slice(x, [0, from, 0], [before, size, after]));
    position += size;
  }
  return tf.concat(pieces, 1);
}
