import * as tf from '@tensorflow/tfjs';
import type { FloatArray, NdArray } from '../nd-array.js';
import type { Mask, SampleFacts } from '../program/row.js';
import { isSamples, type Samples } from './check-input.js';
import { leavesOf, mapTree, type Tree } from './tree.js';

/** What is said of inputs beside their numbers. */
export interface SampleOptions {
  /**
   * Entries of the inputs that equal this number (NaN: that are NaN) count as absent. Inputs of different length are filled up
   * with it.
   */
  readonly maskConstant?: number;
}

/** Names of `SampleOptions`. */
export const sampleOptionNames = ['maskConstant'] as const;

/** @throws TypeError when `maskConstant` is given and is no number. */
export function checkMaskConstant(where: string, maskConstant: unknown): void {
  if (maskConstant === undefined || typeof maskConstant === 'number') return;
  throw new TypeError(
    `${where}: maskConstant must be a number, got ${typeof maskConstant}. Pass one that no input holds, or NaN.`,
  );
}

/** Inputs `[n, …spatial, channels]` with 0 in place of what is masked; what is no array is left for the checks to refuse. */
export function zeroMasked<X extends Samples>(x: Tree<X>, maskConstant: number | undefined): Tree<X> {
  if (maskConstant === undefined) return x;
  return mapTree<X, X>(x, (leaf) => {
    if (!isSamples(leaf)) return leaf;
    if (leaf instanceof tf.Tensor) {
      return (leaf.isDisposed ? leaf : visibleTensor(leaf.toFloat(), maskConstant)) as X;
    }
    const isMasked = maskedBy(maskConstant, leaf.data);
    const data = leaf.data.map((entry: number) => (isMasked(entry) ? 0 : entry)) as FloatArray;
    return { shape: leaf.shape, data } as NdArray as X;
  });
}

function visibleTensor(x: tf.Tensor, maskConstant: number): tf.Tensor {
  const masked = Number.isNaN(maskConstant) ? tf.isNaN(x) : tf.equal(x, maskConstant);
  return tf.where(masked, tf.zerosLike(x), x);
}

/** What is known of each sample of checked inputs `[n, …spatial, channels]`. */
export function factsOf(x: Tree<Samples>, { maskConstant }: SampleOptions): SampleFacts[] {
  const leaves = leavesOf(x);
  const masks = maskConstant === undefined ? [] : leaves.map((leaf) => masksOf(leaf, maskConstant));
  return Array.from({ length: leaves[0].shape[0] }, (_, i) => ({ masks: masks.map((own) => own[i]) }));
}

/** The mask of each sample of an array `[n, …spatial, channels]`. */
export function masksOf(x: Samples, maskConstant: number): Mask[] {
  const numbers = x instanceof tf.Tensor ? x.dataSync() : x.data;
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
