import * as tf from '#tf';
import { type AnyArray, readArray } from '../base/any-array.js';
import { ShapeError, UnsupportedError } from '../base/errors.js';
import { isTensor } from '../base/is-tensor.js';
import type { FloatArray, NdArray } from '../base/nd-array.js';
import { anything, byDefault, type Complete, optional, rule } from '../base/options.js';
import type { Mask, SampleFacts } from '../program/row.js';
import { leavesOf, mapTree, type Tree } from '../tracing/tree.js';
import type { Samples } from './check-input.js';

/** What is said of inputs beside their numbers. */
export interface SampleOptions {
  /**
   * Entries of the inputs that equal this number (NaN: that are NaN) count as absent. Inputs of different length are filled up
   * with it.
   */
  readonly maskConstant?: number;
  /**
   * The graphs of x1's and of x2's samples, for `Aggregate`: arrays `[n1, …]` and `[n2, …]`. One array, or the same twice, where
   * x2 is null.
   */
  readonly pattern?: Pattern | readonly [Pattern, Pattern];
}

/** Graphs of samples, `[n, …]`; null: there are none. */
export type Pattern = AnyArray | null;

/** {@link SampleOptions}. */
export const sampleOptions = {
  maskConstant: optional(
    rule<number>(
      'must be a number',
      (given) => typeof given === 'number',
      'Pass one that no input holds, or NaN.',
      TypeError,
    ),
  ),
  pattern: byDefault(null, anything<Pattern | readonly [Pattern, Pattern]>()),
};

/** Inputs `[n, …spatial, channels]` with 0 in place of what is masked. */
export function zeroMasked<X extends Samples>(x: Tree<X>, maskConstant: number | undefined): Tree<X> {
  if (maskConstant === undefined) return x;
  return mapTree<X, X>(x, (leaf) => {
    if (isTensor(leaf)) {
      return (leaf.isDisposed ? leaf : visibleTensor(tf.cast(leaf, 'float32'), maskConstant)) as X;
    }
    const isMasked = maskedBy(maskConstant, leaf.data);
    const data = leaf.data.map((entry: number) => (isMasked(entry) ? 0 : entry)) as FloatArray;
    return { shape: leaf.shape, data } as NdArray as X;
  });
}

function visibleTensor(x: tf.Tensor, maskConstant: number): tf.Tensor {
  // From the numbers, as tfjs has no gradient of comparisons.
  const numbers = x.dataSync();
  const masked = Array.from(numbers, maskedBy(maskConstant, numbers));
  return tf.where(tf.tensor(masked, x.shape, 'bool'), tf.zerosLike(x), x);
}

/** What is known of each sample of checked inputs `[n, …spatial, channels]`, of which `pattern` are the graphs. */
export function factsOf(
  where: string,
  x: Tree<Samples>,
  maskConstant: number | undefined,
  pattern: Pattern,
): SampleFacts[] {
  const leaves = leavesOf(x);
  const masks = maskConstant === undefined ? [] : leaves.map((leaf) => masksOf(leaf, maskConstant));
  return factsOfMasks(where, leaves[0].shape[0], masks, pattern);
}

/** What is known of each of `count` samples, of which `masks` are those of each input. */
export function factsOfMasks(
  where: string,
  count: number,
  masks: readonly (readonly Mask[])[],
  pattern: Pattern,
): SampleFacts[] {
  const patterns = pattern && patternsOf(where, pattern, count);
  return Array.from({ length: count }, (_, i) => ({
    masks: masks.map((own) => own[i]),
    pattern: patterns?.[i] ?? null,
  }));
}

/**
 * The patterns of x1 and x2.
 *
 * @throws UnsupportedError when one of them is absent, or there is one for two inputs.
 */
export function pairOfPatterns(
  where: string,
  { pattern }: Complete<typeof sampleOptions>,
  x2IsNull: boolean,
): [Pattern, Pattern] {
  const isPair = Array.isArray(pattern);
  const [first, second] = (isPair ? pattern : [pattern, x2IsNull ? pattern : null]) as [Pattern, Pattern];
  if ((first === null) === (second === null)) return [first, second];
  throw new UnsupportedError(
    `${where}: pattern must hold the graphs of x1 and of x2, got those of one. Pass [pattern1, pattern2].`,
  );
}

/**
 * The pattern of each of `count` samples.
 *
 * @throws TypeError when it is no array.
 * @throws ShapeError when it is not of as many samples.
 */
export function patternsOf(where: string, pattern: AnyArray, count: number): NdArray[] {
  const { shape: whole, data: numbers } = readArray(where, 'pattern', pattern);
  const [n, ...shape] = whole;
  if (n !== count) {
    throw new ShapeError(
      `${where}: pattern must be of as many samples as the inputs (${count}), got shape [${whole}].`,
    );
  }
  const size = numbers.length / count;
  return Array.from({ length: count }, (_, i) => ({
    shape,
    data: numbers.subarray(i * size, (i + 1) * size) as FloatArray,
  }));
}

/** The mask of each sample of an array `[n, …spatial, channels]`. */
export function masksOf(x: Samples, maskConstant: number): Mask[] {
  const numbers = isTensor(x) ? x.dataSync() : x.data;
  const [count, ...shape] = x.shape;
  const size = numbers.length / count;
  const isMasked = maskedBy(maskConstant, numbers);
  return Array.from({ length: count }, (_, i) => ({
    shape,
    data: Uint8Array.from(numbers.subarray(i * size, (i + 1) * size), (entry) => Number(isMasked(entry))),
  }));
}

/** Whether an entry of such an array is masked: of float32 numbers the constant is the one that these can hold. */
function maskedBy(maskConstant: number, numbers: ArrayLike<number>): (entry: number) => boolean {
  const constant = numbers instanceof Float64Array ? maskConstant : Math.fround(maskConstant);
  return (entry) => Object.is(entry, constant) || entry === constant;
}
