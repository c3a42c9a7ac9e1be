import type { Tensor } from '#tf';
import { ShapeError, UnsupportedError } from '../../base/errors.js';
import {
  byDefault,
  isFiniteNumber,
  isWhole,
  type Option,
  oneOf,
  optional,
  rule,
} from '../../base/options.js';
import type { Shape } from '../../tracing/tree.js';
import type { Padding } from '../windows/geometry.js';

/** A number of channels, heads, branches. */
export const count: Option<number> = rule('must be a positive integer', isWhole(1), '', ShapeError);

/** Any finite number. */
export const finite: Option<number> = rule('must be a finite number', isFiniteNumber);

/** A degree. */
export const whole: Option<number> = rule('must be a whole number of at least 0', isWhole(0));

/** A finite number of at least 0. */
export const atLeastZero: Option<number> = (given, where, name) => {
  const number = finite(given, where, name);
  if (number >= 0) return number;
  throw new RangeError(`${where}: ${name} must be at least 0, got ${number}.`);
};

/** Sizes of a window or a filter, and strides. */
export const sizes: Option<Shape> = (given, where, name) => {
  if (Array.isArray(given) && given.every(isWhole(1))) return given;
  throw new ShapeError(
    `${where}: ${name} must be a list of positive integers, got ${JSON.stringify(given)}. Pass e.g. [3, 3].`,
  );
};

/** Options of layers that move a window over an image. */
export const windowOptions = {
  strides: optional(sizes),
  padding: byDefault('VALID', oneOf<Padding>(['VALID', 'SAME', 'CIRCULAR'], 'must be', UnsupportedError)),
};

/** The strides of a window: ones where none are given. @throws ShapeError when they are not one an axis. */
export function stridesOf(name: string, window: Shape, strides: Shape | undefined): Shape {
  if (strides === undefined) return window.map(() => 1);
  if (strides.length === window.length) return strides;
  throw new ShapeError(
    `${name}: strides need one entry per window axis (${window.length}), got [${strides}].`,
  );
}

/** @throws ShapeError when inputs have other channels than parameters were drawn for. */
export function checkChannels(name: string, x: Tensor, channels: number): void {
  if (x.shape[x.rank - 1] !== channels) {
    throw new ShapeError(
      `${name}: x needs ${channels} channels, as its parameters have, got shape [${x.shape}]. ` +
        'Pass the parameters that init drew for inputs of this shape.',
    );
  }
}
