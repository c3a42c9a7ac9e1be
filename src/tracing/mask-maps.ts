import { UnsupportedError } from '../base/errors.js';
import { sizeOf } from '../base/nd-array.js';
import type { Mask } from '../program/row.js';
import { type Axes, fromStandardOrder } from './axes.js';
import type { Shape } from './tree.js';

/** The same mask for all channels: an entry is masked where all channels are. */
export function overChannels(mask: Mask): Mask {
  const channels = mask.shape[mask.shape.length - 1];
  if (channels === 1) return mask;
  return masked([...mask.shape.slice(0, -1), 1], (position) => {
    for (let c = 0; c < channels; c++) if (mask.data[position * channels + c] === 0) return false;
    return true;
  });
}

/**
 * Refuses a mask that differs from channel to channel.
 *
 * @throws UnsupportedError when the mask has more than one channel.
 */
export function requireOneChannel<M extends Pick<Mask, 'shape'>>(name: string, mask: M): M {
  const channels = mask.shape[mask.shape.length - 1];
  if (channels === 1) return mask;
  throw new UnsupportedError(
    `${name}: the mask must be one for all channels, got one for each of ${channels}. ` +
      'Put a Dense or Conv layer before it.',
  );
}

/** Everything is masked where all positions are. */
export function overPositions(mask: Mask): Mask {
  return masked([1], () => mask.data.every((entry) => entry === 1));
}

/** The entries of activations `shape` as channels, in the order in which the caller has their axes at `axes`. */
export function flattened(mask: Mask, shape: Shape, axes: Axes): Mask {
  const own = mask.shape[mask.shape.length - 1];
  const order = fromStandardOrder(axes, shape.length + 1).flatMap((axis) => (axis === 0 ? [] : [axis - 1]));
  const callers = masked(
    order.map((axis) => shape[axis]),
    (_, index) => {
      const place = shape.map((__, axis) => index[order.indexOf(axis)]);
      if (own === 1) place[place.length - 1] = 0;
      return mask.data[place.reduce((at, entry, axis) => at * mask.shape[axis] + entry, 0)] === 1;
    },
  );
  return { shape: [sizeOf(shape)], data: callers.data };
}

/** Per axis the input position of each position of the result; a number leaves the axis out. */
export function taken(mask: Mask, at: readonly (number | readonly number[])[]): Mask {
  const same = at.every(
    (places, axis) =>
      typeof places !== 'number' && places.length === mask.shape[axis] && places.every((p, i) => p === i),
  );
  if (same) return mask;
  const spatial = at.flatMap((places) => (typeof places === 'number' ? [] : [places.length]));
  const channels = mask.shape[mask.shape.length - 1];
  return masked([...spatial, channels], (_, index) => {
    let axis = 0;
    const position = at.reduce<number>(
      (p, places, a) => p * mask.shape[a] + (typeof places === 'number' ? places : places[index[axis++]]),
      0,
    );
    return mask.data[position * channels + index[axis]] === 1;
  });
}

/** The mask with its spatial axes in another order: axis a of the result is `order[a]` of the mask. */
export function withPermutedAxes(mask: Mask, order: readonly number[]): Mask {
  if (order.every((from, axis) => from === axis)) return mask;
  const channels = mask.shape.length - 1;
  const axes = [...order, channels];
  return masked(
    axes.map((axis) => mask.shape[axis]),
    (_, index) => {
      const at = mask.shape.reduce((p, size, axis) => p * size + index[axes.indexOf(axis)], 0);
      return mask.data[at] === 1;
    },
  );
}

/** Per axis which input positions each position of the result sees: it is masked where all of these are. */
export function seenThrough(mask: Mask, matrices: readonly (readonly (readonly boolean[])[] | null)[]): Mask {
  return alongAxes(mask, matrices, (entries) => entries.every((entry) => entry));
}

/** Per axis which input positions each position of the result sees: it is masked where any of these is. */
export function spoiltThrough(
  mask: Mask,
  matrices: readonly (readonly (readonly boolean[])[] | null)[],
): Mask {
  return alongAxes(mask, matrices, (entries) => entries.some((entry) => entry));
}

/** A matrix `[out, in]` over positions: a position of `shape` is masked where all that it takes a share of are. */
export function seenThroughMatrix(mask: Mask, shape: Shape, matrix: readonly (readonly number[])[]): Mask {
  const channels = mask.shape[mask.shape.length - 1];
  return masked([...shape, channels], (at) =>
    matrix[Math.floor(at / channels)].every(
      (weight, p) => weight === 0 || mask.data[p * channels + (at % channels)] === 1,
    ),
  );
}

/** Masked where all masks are; those that are null hide nothing. */
export function intersection(masks: readonly (Mask | null)[]): Mask | null {
  const [first, ...others] = masks;
  if (first === null || others.includes(null)) return null;
  if (others.every((mask) => mask === first)) return first;
  const channels = Math.max(...masks.map((mask) => mask!.shape[mask!.shape.length - 1]));
  return masked([...first.shape.slice(0, -1), channels], (at) =>
    masks.every((mask) => broadcast(mask!, at, channels)),
  );
}

/** Masks of activations `shapes` side by side along an axis of these; those that are null hide nothing. */
export function sideBySide(masks: readonly (Mask | null)[], shapes: readonly Shape[], axis: number): Mask {
  const isChannel = axis === shapes[0].length - 1;
  const widest = Math.max(...masks.map((mask) => mask?.shape.at(-1) ?? 1));
  const sizes = shapes.map((shape) => shape[axis]);
  const total = sizes.reduce((a, b) => a + b, 0);
  const channels = isChannel ? total : widest;
  return masked([...shapes[0].with(axis, total).slice(0, -1), channels], (_, index) => {
    let branch = 0;
    let own = index[axis];
    while (own >= sizes[branch]) own -= sizes[branch++];
    const mask = masks[branch];
    if (mask === null) return false;
    const place = index.with(axis, own);
    const position = place.slice(0, -1).reduce((p, entry, a) => p * mask.shape[a] + entry, 0);
    const width = mask.shape[mask.shape.length - 1];
    return mask.data[position * width + (width === 1 ? 0 : place[place.length - 1])] === 1;
  });
}

/** Whether the entry `at` of activations with that many channels is masked. */
function broadcast(mask: Mask, at: number, channels: number): boolean {
  const own = mask.shape[mask.shape.length - 1];
  return mask.data[own === channels ? at : Math.floor(at / channels)] === 1;
}

function alongAxes(
  mask: Mask,
  matrices: readonly (readonly (readonly boolean[])[] | null)[],
  join: (entries: readonly boolean[]) => boolean,
): Mask {
  return matrices.reduce<Mask>((before, matrix, axis) => {
    if (matrix === null) return before;
    const after = sizeOf(before.shape.slice(axis + 1));
    const size = before.shape[axis];
    return masked(before.shape.with(axis, matrix.length), (at, index) => {
      const start = Math.floor(at / (matrix.length * after)) * size * after + (at % after);
      const seen = matrix[index[axis]].flatMap((sees, p) =>
        sees ? [before.data[start + p * after] === 1] : [],
      );
      return join(seen);
    });
  }, mask);
}

/** The mask of this shape that `isMasked` says of each entry, given its place in the data and its index. */
function masked(shape: Shape, isMasked: (at: number, index: readonly number[]) => boolean): Mask {
  const data = new Uint8Array(sizeOf(shape));
  const index = shape.map(() => 0);
  for (let at = 0; at < data.length; at++) {
    data[at] = Number(isMasked(at, index));
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]++;
      if (index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
  return { shape, data };
}
