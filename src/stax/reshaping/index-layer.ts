import * as tf from '#tf';
import { ShapeError, UnsupportedError } from '../../base/errors.js';
import { sizeOf } from '../../base/nd-array.js';
import { readOptions } from '../../base/options.js';
import { type SliceRange, slicePositions } from '../../program/slice.js';
import {
  type Axes,
  type AxesOptions,
  axesOptions,
  resolveAxes,
  toStandardOrder,
} from '../../tracing/axes.js';
import { taken as takenOf } from '../../tracing/mask-maps.js';
import { append, spatialOf } from '../../tracing/symbolic.js';
import type { Shape } from '../../tracing/tree.js';
import type { Layer } from '../layer/layer.js';
import { makeLayer } from '../layer/make-layer.js';
import { noMasks } from '../layer/no-masks.js';

export type { SliceRange };

/** What `Index` takes of an axis: one position, a run of them, or `'...'`: all of as many axes as are missing. */
export type IndexEntry = number | SliceRange | '...';

/**
 * Positions `start`, `start` + `step`, … before `stop`, as Python's `start:stop:step`; `Slice()` is all.
 *
 * @throws RangeError when a number is not an integer, or `step` is 0.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stax } from 'neural-tangents';
 * const { apply } = stax.Index([stax.Slice(), stax.Slice(null, null, -2)]);
 * console.log(apply([], tf.tensor3d([[[0], [1], [2], [3]]])).dataSync()); // Float32Array(2) [ 3, 1 ]
 * ```
 */
export function Slice(
  start: number | null = null,
  stop: number | null = null,
  step: number | null = null,
): SliceRange {
  if (step === 0 || [start, stop, step].some((entry) => entry !== null && !Number.isInteger(entry))) {
    throw new RangeError(
      `Slice: start, stop and step must be integers or null, step not 0, got ${start}, ${stop}, ${step}.`,
    );
  }
  return { start, stop, step };
}

/**
 * Takes positions of the activations `[n, …spatial, channels]`, as basic indexing of arrays does: an integer takes one
 * position and drops the axis, a `Slice` takes some, `'...'` stands for all of the axes that are not named.
 *
 * K'[P, P'] = K[p, p'] at the positions taken; Θ alike. A slice of the batch takes the same part of x1 and of x2; it runs on the
 * `tf` executor.
 *
 * @param indices one entry per axis, batch and channels too; axes after the last entry are taken as they are.
 * @throws UnsupportedError when `indices` takes less than all of the channels, or one sample of the batch; from `gram`, for a part of
 *   the batch.
 * @throws RangeError for two `'...'`, and from `init` and `kernel` for a position outside the image.
 * @throws ShapeError from `init` and `kernel`, for more entries than axes, or a slice without positions; from `init`, for a part of a
 *   batch whose size it is not told (−1).
 *
 * @example
 * ```ts
 * import { random, stax } from 'neural-tangents';
 * const { Slice } = stax;
 * const { init } = stax.Index([Slice(), 0, Slice(null, null, -2)]);
 * const [outputShape] = init(random.key(0), [-1, 4, 5, 3]);
 * console.log(outputShape); // [ -1, 3, 3 ]
 * ```
 */
export function Index(indices: readonly IndexEntry[], options: AxesOptions = {}): Layer {
  const request = readOptions('Index', options, axesOptions);
  const dots = indices.indexOf('...');
  if (dots !== indices.lastIndexOf('...')) {
    throw new RangeError("Index: indices may hold '...' once, got it twice.");
  }
  /** One entry for each axis of activations with `rank` axes. */
  const entriesOf = (rank: number): readonly IndexEntry[] => {
    const missing = rank - indices.length + (dots < 0 ? 0 : 1);
    if (missing < 0) {
      throw new ShapeError(`Index: ${indices.length} indices for activations with ${rank} axes.`);
    }
    const all = Array<IndexEntry>(missing).fill(Slice());
    return dots < 0 ? [...indices, ...all] : [...indices.slice(0, dots), ...all, ...indices.slice(dots + 1)];
  };
  /** The positions that are taken of each spatial axis; a number where the axis is dropped. */
  const places = (shape: Shape): (number | number[])[] => {
    const rank = shape.length + 1;
    const entries = entriesOf(rank);
    const axes = resolveAxes('Index', request, rank);
    if (!isAll(entries[axes.channelAxis])) {
      throw new UnsupportedError(
        `Index: takes the whole channel axis, got ${JSON.stringify(entries[axes.channelAxis])}. ` +
          'The kernel is that of infinitely many.',
      );
    }
    const order = toStandardOrder(axes, rank);
    return spatialOf(shape).map((size, axis) => {
      const own = order[axis + 1];
      return taken(entries[own] as number | SliceRange, size, own);
    });
  };
  /** Axes of the outputs: those before which others were dropped have moved up. */
  const moved = ({ batchAxis, channelAxis }: Axes, sample: Shape): Axes => {
    const entries = entriesOf(sample.length + 1);
    const dropped = (axis: number) =>
      entries.slice(0, axis).filter((entry) => typeof entry === 'number').length;
    return { batchAxis: batchAxis - dropped(batchAxis), channelAxis: channelAxis - dropped(channelAxis) };
  };
  /** The part of the batch that is taken, of activations with `rank` axes. */
  const samples = (rank: number): SliceRange => {
    const entry = entriesOf(rank)[resolveAxes('Index', request, rank).batchAxis];
    if (typeof entry === 'object') return entry;
    throw new UnsupportedError(
      `Index: takes a slice of the batch axis, got ${entry}. Pass e.g. Slice(${entry}, ${Number(entry) + 1}).`,
    );
  };
  const outShape = (shape: Shape): Shape => [
    ...places(shape).flatMap((at) => (typeof at === 'number' ? [] : [at.length])),
    shape[shape.length - 1],
  ];
  return makeLayer({
    name: 'Index',
    axes: { input: request, output: moved },
    outShape,
    remask: false,
    mask(mask, shape) {
      if (isAll(samples(shape.length + 1))) return takenOf(mask, places(shape));
      return noMasks('Index');
    },
    outBatch(n, rank) {
      const range = samples(rank);
      if (isAll(range)) return n;
      if (n >= 0) return taken(range, n, 0).length;
      throw new ShapeError(
        `Index: init needs to know the size of a batch that it takes a part of, got ${n}. Pass e.g. [32, 784].`,
      );
    },
    apply(_, x) {
      const shape = x.shape.slice(1);
      const at = [taken(samples(x.rank), x.shape[0], 0), ...places(shape)];
      const kept = at.reduce<tf.Tensor>((y, picks, axis) => tf.gather(y, [picks].flat(), axis), x);
      return tf.reshape(kept, [kept.shape[0], ...outShape(shape)]);
    },
    propagate(k, shape) {
      const at = places(k.shape);
      const range = samples(k.shape.length + 1);
      const batch = isAll(range)
        ? k
        : append(k, [{ op: 'mixBatch', shape: spatialOf(k.shape), map: { kind: 'take', range } }]);
      const same = at.every((picks, axis) => String(picks) === String([...Array(k.shape[axis]).keys()]));
      if (same && sizeOf(shape) === sizeOf(k.shape) && shape.length === k.shape.length) return batch;
      return append(batch, [{ op: 'select', shape: spatialOf(shape), at }], { shape });
    },
  });
}

const isAll = (entry: IndexEntry): boolean =>
  typeof entry === 'object' && entry.start === null && entry.stop === null && (entry.step ?? 1) === 1;

function taken(entry: SliceRange, size: number, axis: number): number[];
function taken(entry: number | SliceRange, size: number, axis: number): number | number[];
function taken(entry: number | SliceRange, size: number, axis: number): number | number[] {
  if (typeof entry === 'number') {
    const at = entry < 0 ? entry + size : entry;
    if (Number.isInteger(at) && at >= 0 && at < size) return at;
    throw new RangeError(`Index: position ${entry} is outside axis ${axis}, which has ${size}.`);
  }
  const positions = slicePositions(entry, size);
  if (positions.length > 0) return positions;
  throw new ShapeError(
    `Index: a slice must hold a position, got ${JSON.stringify(entry)} of axis ${axis}, which has ${size}.`,
  );
}
