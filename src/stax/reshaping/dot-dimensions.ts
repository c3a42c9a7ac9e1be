import * as tf from '#tf';
import { ShapeError } from '../../base/errors.js';
import { type NdArray, sizeOf } from '../../base/nd-array.js';
import type { Axes } from '../../tracing/axes.js';
import type { Shape } from '../../tracing/tree.js';

/**
 * Which axes of two arrays a product sums over, and which it takes side by side:
 * `[[lhsContracting, rhsContracting], [lhsBatch, rhsBatch]]`, lists of axes, as in `jax.lax.dot_general`.
 */
export type DotDimensionNumbers = readonly [
  contracting: readonly [lhs: readonly number[], rhs: readonly number[]],
  batch: readonly [lhs: readonly number[], rhs: readonly number[]],
];

/** A product of activations with a constant. */
export interface Dot {
  readonly constant: NdArray;
  /** The activations' axes that are summed over, each with the constant's. */
  readonly contracted: readonly AxisPair[];
  /** The axes that are taken side by side. */
  readonly shared: readonly AxisPair[];
  /** Whether activations are the left one of the two, so that their other axes come before the constant's. */
  readonly isLeft: boolean;
}

interface AxisPair {
  readonly input: number;
  readonly constant: number;
}

/** Where an axis of the result comes from: one of the activations, one of the constant, or, of shared axes, both. */
interface Origin {
  readonly input: number | null;
  readonly constant: number | null;
}

/**
 * Reads dimension numbers of activations (`isLeft`: the left side) and a constant.
 *
 * @throws ShapeError for axes that the constant does not have, an axis named twice, or lists of different lengths.
 */
export function readDot(name: string, constant: NdArray, isLeft: boolean, numbers: DotDimensionNumbers): Dot {
  const pairs = ([lhs, rhs]: readonly [readonly number[], readonly number[]]): AxisPair[] => {
    const [input, own] = isLeft ? [lhs, rhs] : [rhs, lhs];
    if (input.length !== own.length) fail(`lists of equal lengths for both sides`);
    return input.map((axis, i) => ({ input: axis, constant: own[i] }));
  };
  const fail = (rule: string): never => {
    throw new ShapeError(`${name}: dimensionNumbers need ${rule}, got ${JSON.stringify(numbers)}.`);
  };
  const [contracted, shared] = [pairs(numbers[0]), pairs(numbers[1])];
  const all = [...contracted, ...shared];
  for (const side of ['input', 'constant'] as const) {
    const axes = all.map((pair) => pair[side]);
    if (axes.some((axis) => !Number.isInteger(axis) || axis < 0)) fail('axes counted from 0');
    if (new Set(axes).size < axes.length) fail('every axis once');
  }
  if (all.some((pair) => pair.constant >= constant.shape.length)) {
    fail(`axes of the constant, which has shape [${constant.shape}]`);
  }
  return { constant, contracted, shared, isLeft };
}

/** The activations' axes that the dot names. */
export const namedAxes = ({ contracted, shared }: Dot): number[] =>
  [...contracted, ...shared].map(({ input }) => input);

/**
 * The axes of the result: shared ones, then the left side's others, then the right side's.
 *
 * @throws ShapeError when activations have no such axes, or others than the constant's size.
 */
function origins(name: string, { constant, contracted, shared, isLeft }: Dot, shape: Shape): Origin[] {
  for (const { input, constant: own } of [...contracted, ...shared]) {
    if (input < shape.length && shape[input] === constant.shape[own]) continue;
    throw new ShapeError(
      `${name}: axis ${input} of the activations must have the ${constant.shape[own]} entries of the constant's axis ` +
        `${own}, got activations [${shape}] and a constant [${constant.shape}].`,
    );
  }
  const taken = [...contracted, ...shared];
  const free = (rank: number, side: 'input' | 'constant'): number[] =>
    Array.from({ length: rank }, (_, axis) => axis).filter(
      (axis) => !taken.some((pair) => pair[side] === axis),
    );
  const inputs = free(shape.length, 'input').map((input): Origin => ({ input, constant: null }));
  const constants = free(constant.shape.length, 'constant').map(
    (own): Origin => ({ input: null, constant: own }),
  );
  return [...shared, ...(isLeft ? [...inputs, ...constants] : [...constants, ...inputs])];
}

/** The shape of the product with activations of this shape. */
export function dotShape(name: string, dot: Dot, shape: Shape): Shape {
  return origins(name, dot, shape).map(({ input, constant }) =>
    input === null ? dot.constant.shape[constant!] : shape[input],
  );
}

/** Where the product has the samples and channels that activations of this shape have at `axes`. */
export function dotAxes(name: string, dot: Dot, shape: Shape, { batchAxis, channelAxis }: Axes): Axes {
  const from = origins(name, dot, shape).map(({ input }) => input);
  return { batchAxis: from.indexOf(batchAxis), channelAxis: from.indexOf(channelAxis) };
}

/** The product with activations of any axes. */
export function dotTensors(name: string, dot: Dot, x: tf.Tensor): tf.Tensor {
  const { contracted, shared, isLeft } = dot;
  const { data, shape } = dot.constant;
  const constant = tf.tensor(Array.from(data), [...shape], 'float32');
  const batch = sizeOf(shared.map((pair) => x.shape[pair.input]));
  const inner = sizeOf(contracted.map((pair) => x.shape[pair.input]));
  /** `[shared, others, contracted]`. */
  const arranged = (tensor: tf.Tensor, side: 'input' | 'constant'): tf.Tensor => {
    const [first, last] = [shared, contracted].map((pairs) => pairs.map((pair) => pair[side]));
    const others = tensor.shape.map((_, axis) => axis).filter((axis) => ![...first, ...last].includes(axis));
    return tf.reshape(tf.transpose(tensor, [...first, ...others, ...last]), [batch, -1, inner]);
  };
  const sides = [arranged(x, 'input'), arranged(constant, 'constant')];
  const [left, right] = isLeft ? sides : sides.reverse();
  return tf.reshape(tf.matMul(left, right, false, true), [...dotShape(name, dot, x.shape)]);
}

/**
 * The product as a matrix `[out, in]` over positions, of activations of `shape` with samples and channels at `axes`, which the
 * dot does not name. Positions are in row-major order of the axes that remain.
 */
export function dotMatrix(
  name: string,
  dot: Dot,
  shape: Shape,
  { batchAxis, channelAxis }: Axes,
): number[][] {
  const { constant, contracted } = dot;
  const isPosition = (axis: number | null) => axis !== batchAxis && axis !== channelAxis;
  const inputAxes = shape.map((_, axis) => axis).filter(isPosition);
  const out = origins(name, dot, shape).filter(({ input }) => isPosition(input));
  const outSizes = out.map(({ input, constant: own }) =>
    input === null ? constant.shape[own!] : shape[input],
  );
  const sums = contracted.map(({ input }) => shape[input]);
  return indices(outSizes).map((place) => {
    const row = Array<number>(sizeOf(inputAxes.map((axis) => shape[axis]))).fill(0);
    const inputIndex: number[] = [];
    const constantIndex: number[] = [];
    out.forEach((origin, axis) => {
      if (origin.input !== null) inputIndex[origin.input] = place[axis];
      if (origin.constant !== null) constantIndex[origin.constant] = place[axis];
    });
    for (const summed of indices(sums)) {
      contracted.forEach((pair, i) => {
        inputIndex[pair.input] = summed[i];
        constantIndex[pair.constant] = summed[i];
      });
      const from = inputAxes.reduce((at, axis) => at * shape[axis] + inputIndex[axis], 0);
      const entry = constant.shape.reduce((at, size, axis) => at * size + constantIndex[axis], 0);
      row[from] = constant.data[entry];
    }
    return row;
  });
}

/** All indices of an array of these sizes, in row-major order. */
function indices(sizes: Shape): number[][] {
  return sizes.reduce<number[][]>(
    (heads, size) => heads.flatMap((head) => Array.from({ length: size }, (_, i) => [...head, i])),
    [[]],
  );
}
