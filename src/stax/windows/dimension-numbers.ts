import type { Tensor } from '#tf';
import * as tf from '#tf';
import { ShapeError } from '../../base/errors.js';
import type { PermuteOp } from '../../program/ops/permute.js';
import { type Axes, type AxesRequest, standardRequest } from '../../tracing/axes.js';
import type { UnaryOp } from '../../tracing/symbolic.js';
import type { Shape } from '../../tracing/tree.js';

/**
 * Names of the axes of a convolution's inputs, weights and outputs, a letter each, e.g. `['NCHW', 'OIHW', 'NCHW']`: `N` the
 * samples, `C` the channels, `I` and `O` the weights' input and output channels, any other letter a spatial axis.
 */
export type DimensionNumbers = readonly [lhs: string, rhs: string, out: string];

/** What `dimensionNumbers` say of a layer, orders being lists of axes of what they are applied to. */
export interface ConvAxes {
  /** Where inputs have their samples and channels. */
  readonly input: AxesRequest;
  /** Where outputs have theirs. */
  readonly output: Axes;
  /** For each spatial axis of the inputs, its place among the weights' spatial axes. */
  readonly filterOrder: readonly number[];
  /** For each spatial axis of the outputs, its place among the inputs' spatial axes. */
  readonly outputOrder: readonly number[];
  /** The order that brings `[...spatial as in the weights, in, out]` into the weights' own. */
  readonly toWeights: readonly number[];
  /** The order that brings weights into `[...spatial as in the inputs, in, out]`. */
  readonly fromWeights: readonly number[];
}

const isSpatial = (letter: string): boolean => !'NCIO'.includes(letter);

/**
 * Reads `dimensionNumbers` of a filter with `count` spatial axes; without, samples come first and channels last.
 *
 * @throws ShapeError when a letter is missing, one too many or twice, or the spatial letters differ.
 */
export function convAxes(name: string, count: number, numbers: DimensionNumbers | undefined): ConvAxes {
  const own = 'ABDEFGH'.slice(0, count);
  const [lhs, rhs, out] = numbers ?? [`N${own}C`, `${own}IO`, `N${own}C`];
  checkSpec(name, 'inputs', lhs, 'NC', count);
  checkSpec(name, 'weights', rhs, 'IO', count);
  checkSpec(name, 'outputs', out, 'NC', count);
  const [inputs, weights, outputs] = [lhs, rhs, out].map((spec) => [...spec].filter(isSpatial));
  if (![weights, outputs].every((letters) => letters.every((letter) => inputs.includes(letter)))) {
    throw new ShapeError(
      `${name}: dimensionNumbers must name the same spatial axes three times, got '${lhs}', '${rhs}' and '${out}'.`,
    );
  }
  const axesOf = (spec: string): Axes => ({ batchAxis: spec.indexOf('N'), channelAxis: spec.indexOf('C') });
  return {
    input: numbers ? axesOf(lhs) : standardRequest,
    output: axesOf(out),
    filterOrder: inputs.map((letter) => weights.indexOf(letter)),
    outputOrder: outputs.map((letter) => inputs.indexOf(letter)),
    fromWeights: [...inputs, 'I', 'O'].map((letter) => rhs.indexOf(letter)),
    toWeights: [...rhs].map((letter) => [...weights, 'I', 'O'].indexOf(letter)),
  };
}

function checkSpec(name: string, what: string, spec: unknown, needed: string, count: number): void {
  const letters = typeof spec === 'string' ? [...spec] : [];
  const others = letters.filter(isSpatial);
  const whole = [...needed].every((letter) => letters.includes(letter)) && others.length === count;
  if (whole && letters.length === count + 2 && new Set(letters).size === letters.length) return;
  throw new ShapeError(
    `${name}: dimensionNumbers must name the axes of the ${what} by '${needed[0]}', '${needed[1]}' and a letter for ` +
      `each of the filter's ${count}, got ${JSON.stringify(spec)}. Pass e.g. ['NCHW', 'OIHW', 'NCHW'].`,
  );
}

/** Sizes in the order of `order`. */
export const inOrder = (sizes: Shape, order: readonly number[]): Shape => order.map((axis) => sizes[axis]);

/** The order that undoes `order`. */
export const inverseOrder = (order: readonly number[]): number[] =>
  order.map((_, axis) => order.indexOf(axis));

/** Activations `[n, …spatial, channels]` with their spatial axes in another order. */
export function permuteSpatial(x: Tensor, order: readonly number[]): Tensor {
  return isNatural(order) ? x : tf.transpose(x, [0, ...order.map((axis) => axis + 1), order.length + 1]);
}

/** The op of that, if it changes anything; `shape` is the spatial shape after it. */
export function permuteOps(shape: Shape, order: readonly number[]): UnaryOp<PermuteOp>[] {
  return isNatural(order) ? [] : [{ op: 'permute', shape, order }];
}

const isNatural = (order: readonly number[]): boolean => order.every((from, axis) => from === axis);
