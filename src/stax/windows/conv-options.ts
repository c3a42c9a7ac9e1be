import { sizeOf } from '../../base/nd-array.js';
import { anything, optional, readOptions } from '../../base/options.js';
import type { Shape } from '../../tracing/tree.js';
import { count, sizes, stridesOf, windowOptions } from '../layer/options.js';
import { type WeightOptions, weightOptions, weightsOf } from '../weights/weights.js';
import { convAxes, type DimensionNumbers, inOrder } from './dimension-numbers.js';
import type { Padding } from './geometry.js';

/** Options of `Conv`. */
export interface ConvOptions extends WeightOptions {
  /** Step of the filter, one entry per spatial axis; ones by default. */
  readonly strides?: Shape;
  /** `VALID` (default): filters stay inside; `SAME`: zeros outside; `CIRCULAR`: the image repeats. */
  readonly padding?: Padding;
  /**
   * Names of the axes of inputs, weights and outputs; by default samples come first, channels last, and spatial axes in the
   * same order everywhere. `filterShape` and `strides` are in the order of the weights' spatial axes.
   */
  readonly dimensionNumbers?: DimensionNumbers;
}

const convOptions = {
  ...windowOptions,
  dimensionNumbers: optional(anything<DimensionNumbers>()),
  ...weightOptions,
};

/** What a convolution is made with. */
export type ReadConv = ReturnType<typeof readConv>;

/**
 * Reads the arguments of a convolution called `name`.
 *
 * @throws ShapeError, RangeError, UnsupportedError as `Conv` does.
 */
export function readConv(name: string, outChan: number, filterShape: Shape, options: ConvOptions) {
  const { strides: given, padding, dimensionNumbers, ...own } = readOptions(name, options, convOptions);
  count(outChan, name, 'outChan');
  const strides = stridesOf(name, sizes(filterShape, name, 'filterShape'), given);
  const axes = convAxes(name, filterShape.length, dimensionNumbers);
  return {
    name,
    axes,
    padding,
    filterShape,
    weights: weightsOf(name, outChan, own),
    /** The filter's sizes and strides in the order of the inputs' spatial axes. */
    filter: inOrder(filterShape, axes.filterOrder),
    steps: inOrder(strides, axes.filterOrder),
    /** Numbers that one output sums over. */
    fanIn: (channels: number): number => sizeOf(filterShape) * channels,
  };
}
