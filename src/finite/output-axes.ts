import { ShapeError } from '../base/errors.js';
import { sizeOf } from '../base/nd-array.js';
import { anything, byDefault, type Complete } from '../base/options.js';
import type { Shape } from '../tracing/tree.js';

/** How the axes of a network's outputs enter a kernel of it. */
export interface OutputAxesOptions {
  /** Axes of the outputs that are averaged over, the same entry of both; default `[-1]`, the channels. */
  readonly traceAxes?: readonly number[];
  /** Axes of the outputs that the kernel has once: the same entry of both; default none. */
  readonly diagonalAxes?: readonly number[];
}

/** {@link OutputAxesOptions}. */
export const outputAxesOptions = {
  traceAxes: byDefault([-1], anything<readonly number[]>()),
  diagonalAxes: byDefault([], anything<readonly number[]>()),
};

/** What becomes of an axis: it is averaged over, kept once, or kept twice. */
export type AxisRole = 'trace' | 'diagonal' | 'both';

/**
 * The role of every axis of outputs of this shape.
 *
 * @throws ShapeError when an axis does not exist, or is in both lists.
 */
export function axisRoles(
  where: string,
  shape: Shape,
  { traceAxes, diagonalAxes }: Complete<typeof outputAxesOptions>,
): AxisRole[] {
  const roles: AxisRole[] = shape.map(() => 'both');
  const mark = (name: string, axes: readonly number[], role: AxisRole) => {
    for (const axis of axes) {
      const index = axis < 0 ? axis + shape.length : axis;
      if (!Number.isInteger(axis) || index < 0 || index >= shape.length) {
        throw new ShapeError(
          `${where}: ${name} must name axes of outputs [${shape}], from ${-shape.length} to ${shape.length - 1}, got ${axis}.`,
        );
      }
      if (roles[index] !== 'both' && roles[index] !== role) {
        throw new ShapeError(
          `${where}: axis ${axis} cannot be in both traceAxes and diagonalAxes. Leave one out.`,
        );
      }
      roles[index] = role;
    }
  };
  mark('traceAxes', traceAxes, 'trace');
  mark('diagonalAxes', diagonalAxes, 'diagonal');
  return roles;
}

/** The outputs' entries by the part that each axis plays. */
export interface OutputEntries {
  /** Combinations of the diagonal axes, of the axes kept twice, and of those averaged over. */
  readonly diagonal: number;
  readonly both: number;
  readonly trace: number;
  /** For each entry of the outputs, row-major: its combination of each, `(diagonal · both + b) · trace + t`. */
  readonly place: Int32Array;
}

/** Sorts the entries of outputs of this shape by the roles of their axes. */
export function outputEntries(shape: Shape, roles: readonly AxisRole[]): OutputEntries {
  const size = (role: AxisRole) => sizeOf(shape.filter((_, axis) => roles[axis] === role));
  const [diagonal, both, trace] = [size('diagonal'), size('both'), size('trace')];
  const place = new Int32Array(sizeOf(shape));
  for (let entry = 0; entry < place.length; entry++) {
    const at = { diagonal: 0, both: 0, trace: 0 };
    let rest = entry;
    let block = place.length;
    shape.forEach((count, axis) => {
      block /= count;
      const index = Math.floor(rest / block);
      rest -= index * block;
      at[roles[axis]] = at[roles[axis]] * count + index;
    });
    place[entry] = (at.diagonal * both + at.both) * trace + at.trace;
  }
  return { diagonal, both, trace, place };
}

/** The shape of a kernel between outputs of these shapes: each axis twice, once or not at all, in the outputs' order. */
export function kernelShape(shape1: Shape, shape2: Shape, roles: readonly AxisRole[]): number[] {
  return roles.flatMap((role, axis) => {
    if (role === 'trace') return [];
    return role === 'diagonal' ? [shape1[axis]] : [shape1[axis], shape2[axis]];
  });
}

/** Where a block of samples starts in outputs, on each side. */
export interface BlockStart {
  readonly row: number;
  readonly column: number;
}

/**
 * Adds a block `[diagonal, both1, both2]` of a kernel to the whole one, in the order of `kernelShape`.
 *
 * @param kernel of outputs of shapes `whole1` and `whole2`.
 * @param block of outputs of shapes `shape1` and `shape2`, that are theirs but for the samples.
 * @param mirrored whether to add the block of the swapped sides, at the swapped place.
 */
export function addBlock(
  kernel: Float64Array,
  [whole1, whole2]: readonly [Shape, Shape],
  block: Float64Array,
  [shape1, shape2]: readonly [Shape, Shape],
  roles: readonly AxisRole[],
  start: BlockStart,
  mirrored: boolean,
): void {
  const sides = mirrored ? [whole2, whole1] : [whole1, whole2];
  const strides = stridesOf(kernelShape(sides[0], sides[1], roles));
  // The strides in the kernel of each axis on each side.
  const byRole = { diagonal: [] as number[][], first: [] as number[][], second: [] as number[][] };
  let next = 0;
  let offset = 0;
  roles.forEach((role, axis) => {
    if (role === 'trace') return;
    const isSamples = axis === 0;
    if (role === 'diagonal') {
      if (isSamples) offset += start.row * strides[next];
      byRole.diagonal.push([shape1[axis], strides[next++]]);
      return;
    }
    const pair = [strides[next++], strides[next++]];
    if (mirrored) pair.reverse();
    if (isSamples) offset += start.row * pair[0] + start.column * pair[1];
    byRole.first.push([shape1[axis], pair[0]]);
    byRole.second.push([shape2[axis], pair[1]]);
  });
  const [diagonal, first, second] = [byRole.diagonal, byRole.first, byRole.second].map(offsets);
  let at = 0;
  for (const d of diagonal) {
    for (const a of first) for (const b of second) kernel[offset + d + a + b] += block[at++];
  }
}

/** Offsets of all combinations of axes with these sizes and strides. */
function offsets(axes: number[][]): number[] {
  return axes.reduce(
    (all, [count, stride]) =>
      all.flatMap((base) => Array.from({ length: count }, (_, i) => base + i * stride)),
    [0],
  );
}

function stridesOf(shape: Shape): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}
