import { ShapeError } from '../../base/errors.js';
import type { Shape } from '../../tracing/tree.js';

/** What lies outside the image for a window: nothing (windows stay inside), zeros, or the image again. */
export type Padding = 'VALID' | 'SAME' | 'CIRCULAR';

/** How windows cover an image, one entry per spatial axis. */
export interface Windows {
  readonly window: Shape;
  readonly strides: Shape;
  /** Positions added before the image. */
  readonly low: Shape;
  /** Positions added after the image. */
  readonly high: Shape;
  /** Number of windows. */
  readonly out: Shape;
  /** Whether the added positions repeat the image; they are zeros otherwise. */
  readonly circular: boolean;
}

/**
 * How windows of this shape and these strides cover an image of this shape.
 *
 * Per axis of length n: VALID adds nothing and gives ⌊(n − f)/s⌋ + 1 windows; SAME and CIRCULAR give ⌈n/s⌉ and add
 * p = max((out − 1)s + f − n, 0) positions, ⌊p/2⌋ of them before the image.
 *
 * @throws ShapeError when the image has another number of axes than the window, or no window fits.
 */
export function windowsOf(
  name: string,
  image: Shape,
  window: Shape,
  strides: Shape,
  padding: Padding,
): Windows {
  if (image.length !== window.length) {
    throw new ShapeError(
      `${name}: the window needs one entry per spatial axis (${image.length}), got [${window}]. ` +
        `Inputs are [batch, …spatial, channels], here with spatial sizes [${image}].`,
    );
  }
  const valid = padding === 'VALID';
  const out = image.map((n, i) =>
    valid ? Math.floor((n - window[i]) / strides[i]) + 1 : Math.ceil(n / strides[i]),
  );
  if (out.some((size) => size < 1)) {
    throw new ShapeError(
      `${name}: a VALID window must fit into the image, got window [${window}] and image [${image}]. ` +
        "Use a smaller window or padding: 'SAME'.",
    );
  }
  const total = image.map((n, i) => (valid ? 0 : Math.max((out[i] - 1) * strides[i] + window[i] - n, 0)));
  const low = total.map((p) => Math.floor(p / 2));
  return {
    window,
    strides,
    low,
    high: total.map((p, i) => p - low[i]),
    out,
    circular: padding === 'CIRCULAR',
  };
}

/** How many positions of each window lie inside the image, one list per axis. */
export function tapCounts(image: Shape, { window, strides, low, out }: Windows): number[][] {
  return out.map((size, axis) =>
    Array.from({ length: size }, (_, position) => {
      const first = position * strides[axis] - low[axis];
      return Math.min(first + window[axis], image[axis]) - Math.max(first, 0);
    }),
  );
}
