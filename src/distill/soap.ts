import { sizeOf } from '../base/nd-array.js';
import { transposeArray } from '../base/transpose-array.js';
import { offThread } from '../linalg/off-thread.js';
import { type AdamMoments, type AdamOptions, noMoments } from './adam.js';

/** Axes of an array are joined as long as the joined one has no more entries; a longer one is not turned. */
const LONGEST = 1024;
/** Decay of the gradients' covariances. */
const DECAY = 0.95;
/** Steps between two decompositions of the covariances. */
const EVERY = 10;

/** What SOAP remembers of one axis. */
export interface SoapAxis {
  /** Running mean of the gradients' covariance along the axis, `[s, s]`. */
  readonly covariance: Float64Array;
  /** Its eigenvectors, one a row, as they were when it was last decomposed. */
  readonly basis: Float64Array;
}

/** What SOAP remembers of the gradients so far. `square` is that of the turned gradients. */
export interface SoapMoments extends AdamMoments {
  /** One an axis; null for an axis that is not turned. */
  readonly axes: readonly (SoapAxis | null)[];
}

/** The moments before the first step. */
export function noSoapMoments(shape: readonly number[]): SoapMoments {
  const empty = (side: number) => new Float64Array(side * side);
  return {
    ...noMoments(sizeOf(shape)),
    axes: joined(shape).map((side) =>
      side > LONGEST ? null : { covariance: empty(side), basis: empty(side) },
    ),
  };
}

/**
 * A step of SOAP along `gradient`: Adam in the eigenvectors of the gradients' covariances, one covariance an axis of the array.
 * Nothing is changed in place.
 *
 * Pixels beside each other want to move together, which Adam by itself, a rate for each pixel, does not see.
 *
 * @param step 1 for the first
 * @source Vyas et al., "SOAP: Improving and Stabilizing Shampoo using Adam" (ICLR 2025)
 */
export async function soapStep(
  x: Float64Array,
  shape: readonly number[],
  moments: SoapMoments,
  gradient: Float64Array,
  rate: number,
  step: number,
  { beta1, beta2, epsilon, firstStep }: Required<AdamOptions>,
  signal?: AbortSignal,
): Promise<{ readonly x: Float64Array; readonly moments: SoapMoments }> {
  const sides = joined(shape);
  const axes = await nextAxes(sides, moments.axes, gradient, step, signal);
  const mean = gradient.map((value, i) => beta1 * moments.mean[i] + (1 - beta1) * value);
  const turned = await turn(sides, axes, gradient, false, signal);
  const square = turned.map((value, i) => beta2 * moments.square[i] + (1 - beta2) * value ** 2);
  const exponent = step - 1 + firstStep;
  const [meanBias, squareBias] = [1 - beta1 ** exponent, 1 - beta2 ** exponent];
  const direction = await turn(sides, axes, mean, false, signal);
  for (let i = 0; i < direction.length; i++) {
    direction[i] = direction[i] / meanBias / (Math.sqrt(square[i] / squareBias) + epsilon);
  }
  const move = await turn(sides, axes, direction, true, signal);
  return { x: x.map((value, i) => value - rate * move[i]), moments: { mean, square, axes } };
}

/** An array's axes as they are turned: the first by itself, then neighbours joined. `[10, 28, 28, 1]` is `[10, 784]`. */
function joined([samples, ...rest]: readonly number[]): number[] {
  const sides: number[] = [];
  for (const side of rest) {
    const last = sides.length - 1;
    if (last >= 0 && sides[last] * side <= LONGEST) sides[last] *= side;
    else sides.push(side);
  }
  return [samples, ...sides];
}

/** Covariances with one more gradient, and bases where they are due. */
async function nextAxes(
  sides: readonly number[],
  axes: SoapMoments['axes'],
  gradient: Float64Array,
  step: number,
  signal?: AbortSignal,
): Promise<SoapMoments['axes']> {
  const next = axes.slice();
  let last = gradient;
  for (let axis = sides.length - 1; axis >= 0; axis--) {
    const side = sides[axis];
    const rows = last.length / side;
    const before = axes[axis];
    if (before !== null) {
      const outer = await offThread('gemm', [side, side, rows, last, last, { transposeA: true }], signal);
      const covariance = outer.map((value, i) => DECAY * before.covariance[i] + (1 - DECAY) * value);
      const due = (step - 1) % EVERY === 0;
      const basis = due
        ? (await offThread('eigenSymmetric', [covariance, side], signal)).vectors
        : before.basis;
      next[axis] = { covariance, basis };
    }
    last = transposeArray({ shape: [rows, side], data: last }, [1, 0]).data;
  }
  return next;
}

/** An array in the coordinates of the bases; `back`: from these to its own. */
async function turn(
  sides: readonly number[],
  axes: SoapMoments['axes'],
  array: Float64Array,
  back: boolean,
  signal?: AbortSignal,
): Promise<Float64Array> {
  let turned = array;
  // Each pass turns the last axis and puts it first: after all passes the axes are in their order again.
  for (let axis = sides.length - 1; axis >= 0; axis--) {
    const side = sides[axis];
    const rows = turned.length / side;
    const basis = axes[axis]?.basis;
    const how = { transposeA: back, transposeB: true };
    turned = basis
      ? await offThread('gemm', [side, rows, side, basis, turned, how], signal)
      : transposeArray({ shape: [rows, side], data: turned }, [1, 0]).data;
  }
  return turned;
}
