import type { Tensor } from '#tf';
import { ShapeError, UnsupportedError } from '../../base/errors.js';
import type { Shape } from '../../tracing/tree.js';
import type { Padding } from '../windows/geometry.js';

/** Checks a width or count. */
export function checkCount(name: string, what: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new ShapeError(`${name}: ${what} must be a positive integer, got ${value}.`);
  }
}

/** Checks a list of sizes, one per spatial axis. */
export function checkSizes(name: string, what: string, sizes: Shape): void {
  if (!Array.isArray(sizes) || sizes.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new ShapeError(
      `${name}: ${what} must be a list of positive integers, got ${JSON.stringify(sizes)}. Pass e.g. [3, 3].`,
    );
  }
}

/** Checks a real parameter. */
export function checkNumber(name: string, what: string, value: number): void {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new RangeError(`${name}: ${what} must be a finite number, got ${value}.`);
  }
}

/** Checks and completes strides: one per window axis, ones by default. */
export function checkStrides(name: string, window: Shape, strides: Shape | undefined): Shape {
  if (strides === undefined) return window.map(() => 1);
  checkSizes(name, 'strides', strides);
  if (strides.length !== window.length) {
    throw new ShapeError(
      `${name}: strides need one entry per window axis (${window.length}), got [${strides}].`,
    );
  }
  return strides;
}

/** Checks and completes the padding, VALID by default. */
export function checkPadding(name: string, padding: Padding = 'VALID'): Padding {
  if (!['VALID', 'SAME', 'CIRCULAR'].includes(padding)) {
    throw new UnsupportedError(`${name}: padding must be 'VALID', 'SAME' or 'CIRCULAR', got '${padding}'.`);
  }
  return padding;
}

/** Checks that a finite layer's input has as many channels as its parameters were drawn for. */
export function checkChannels(name: string, x: Tensor, channels: number): void {
  if (x.shape[x.rank - 1] !== channels) {
    throw new ShapeError(
      `${name}: x needs ${channels} channels, as its parameters have, got shape [${x.shape}]. ` +
        'Pass the parameters that init drew for inputs of this shape.',
    );
  }
}

/** Checks a degree or power. */
export function checkDegree(name: string, what: string, value: number): void {
  if (!Number.isInteger(value) || value < 0) {
    throw new RangeError(`${name}: ${what} must be a whole number of at least 0, got ${value}.`);
  }
}
