import { ShapeError } from '../base/errors.js';
import { byDefault, type Option, rule } from '../base/options.js';
import type { Shape } from './tree.js';

/**
 * Where activations have their samples and their channels, counted from 0. The other axes are spatial.
 *
 * Networks are traced in the standard order, samples first and channels last, with the spatial axes in the order in
 * which the caller's arrays have them.
 */
export interface Axes {
  readonly batchAxis: number;
  readonly channelAxis: number;
}

/** What a layer asks of its inputs' axes; negative ones count from the end. */
export interface AxesRequest {
  readonly batchAxis: number;
  /** Null: any other. */
  readonly channelAxis: number | null;
}

/** Samples first, channels last, of activations with any number of axes. */
export const standardRequest = { batchAxis: 0, channelAxis: -1 };

/** What a network asks of its inputs' axes: of all alike, nothing (null), or, with several branches, of each. */
export type AxesRequests = AxesRequest | null | readonly AxesRequests[];

/** Samples first, channels last. */
export const standardAxes = (rank: number): Axes => ({ batchAxis: 0, channelAxis: rank - 1 });

/** Whether axes are in the standard order. */
export const isStandard = ({ batchAxis, channelAxis }: Axes, rank: number): boolean =>
  batchAxis === 0 && channelAxis === rank - 1;

/**
 * The axes that are asked for, of arrays with `rank` axes; where any channels do, the last axis that is free.
 *
 * @throws ShapeError when there are no such axes, or they are one.
 */
export function resolveAxes(where: string, { batchAxis, channelAxis }: AxesRequest, rank: number): Axes {
  const from = (name: string, axis: number): number => {
    if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
    throw new ShapeError(`${where}: ${name} ${axis} is none of activations with ${rank} axes.`);
  };
  const batch = from('batchAxis', batchAxis);
  const free = batch === rank - 1 ? rank - 2 : rank - 1;
  const channel = channelAxis === null ? free : from('channelAxis', channelAxis);
  if (channel !== batch) return { batchAxis: batch, channelAxis: channel };
  throw new ShapeError(
    `${where}: batchAxis and channelAxis must differ, got ${batchAxis} and ${channelAxis} of ${rank} axes.`,
  );
}

/**
 * Checks that activations have their axes where a layer asks for them.
 *
 * @throws ShapeError otherwise.
 */
export function checkAxes(where: string, request: AxesRequest, has: Axes, rank: number): void {
  const wants = resolveAxes(where, request, rank);
  const agree = request.channelAxis === null || wants.channelAxis === has.channelAxis;
  if (wants.batchAxis === has.batchAxis && agree) return;
  const places = ({ batchAxis, channelAxis }: Axes) =>
    `samples on axis ${batchAxis}, channels on axis ${channelAxis}`;
  const expected = request.channelAxis === null ? `samples on axis ${wants.batchAxis}` : places(wants);
  throw new ShapeError(
    `${where}: expects ${expected}, got ${places(has)}. Give all layers the same batchAxis, channelAxis and dimensionNumbers.`,
  );
}

/** The order that brings the caller's axes into the standard order. */
export function toStandardOrder({ batchAxis, channelAxis }: Axes, rank: number): number[] {
  const spatial = Array.from({ length: rank }, (_, axis) => axis).filter(
    (axis) => axis !== batchAxis && axis !== channelAxis,
  );
  return [batchAxis, ...spatial, channelAxis];
}

/** The order that brings axes from the standard order into the caller's. */
export function fromStandardOrder(axes: Axes, rank: number): number[] {
  const order = toStandardOrder(axes, rank);
  return order.map((_, axis) => order.indexOf(axis));
}

/** One sample's shape `[...spatial, channels]`, of arrays of the caller's shape. */
export function sampleShapeOf(shape: Shape, axes: Axes): Shape {
  return toStandardOrder(axes, shape.length)
    .slice(1)
    .map((axis) => shape[axis]);
}

/** The shape of the caller's arrays that hold `batch` samples of shape `[...spatial, channels]`. */
export function batchShapeOf(batch: number, sample: Shape, axes: Axes): Shape {
  const standard = [batch, ...sample];
  return fromStandardOrder(axes, standard.length).map((axis) => standard[axis]);
}

/**
 * The axes of an input with `rank` axes to a network that asks for `requests`: those of the first branch that asks.
 * (Branches that ask for others refuse what they then get.)
 */
export function inputAxes(where: string, requests: AxesRequests, rank: number): Axes {
  const all = leavesOf(requests);
  if (all.length === 0) return standardAxes(rank);
  const channels = all.find(({ channelAxis }) => channelAxis !== null)?.channelAxis ?? null;
  return resolveAxes(where, { batchAxis: all[0].batchAxis, channelAxis: channels }, rank);
}

function leavesOf(requests: AxesRequests): AxesRequest[] {
  if (requests === null) return [];
  return 'batchAxis' in requests ? [requests] : requests.flatMap(leavesOf);
}

/** The axes that are left without the spatial ones, in the same order. */
export const withoutSpatial = ({ batchAxis, channelAxis }: Axes): Axes =>
  batchAxis < channelAxis ? { batchAxis: 0, channelAxis: 1 } : { batchAxis: 1, channelAxis: 0 };

/** Whether a network asks anything of its inputs' axes. */
export const asksAxes = (requests: AxesRequests): boolean => leavesOf(requests).length > 0;

/** Options that say where arrays have their samples and channels. */
export interface AxesOptions {
  /** Axis of the samples; 0 by default. Negative ones count from the end. */
  readonly batchAxis?: number;
  /** Axis of the channels; −1, the last, by default. */
  readonly channelAxis?: number;
}

/** An axis; negative ones count from the end. */
const axis: Option<number> = rule<number>(
  'must be an integer',
  Number.isInteger,
  'Pass e.g. -1, the last axis.',
);

/** {@link AxesOptions}; read, they are an {@link AxesRequest}. */
export const axesOptions = {
  batchAxis: byDefault(standardRequest.batchAxis, axis),
  channelAxis: byDefault(standardRequest.channelAxis, axis),
};
