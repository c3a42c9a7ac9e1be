import * as tf from '#tf';
import { type AnyArray, readArray } from '../../base/any-array.js';
import { ShapeError } from '../../base/errors.js';
import { checkInputs, readInputs } from '../../inputs/check-input.js';
import { foldIn, type Key, permutation } from '../../random/index.js';
import { leavesOf, mapTree, type Tree } from '../../tracing/tree.js';
import { countSamples, inputTensors } from '../samples.js';
import { tensorOf } from './optimizer.js';

/** Samples and what a network is to say of them. */
export interface TrainData {
  /** `[n, …]`; lists for networks with several inputs. */
  readonly x: Tree<AnyArray>;
  /** `[n, …]`, shaped as the outputs: e.g. one-hot labels `[n, C]`. */
  readonly y: AnyArray;
}

/** Data on the backend. */
export interface Tensors {
  readonly x: Tree<tf.Tensor>;
  readonly y: tf.Tensor;
  readonly count: number;
}

/** Reads data, for the caller to dispose of by `disposeData`. @throws ShapeError when x and y differ in their number of samples. */
export function readData(where: string, name: string, { x, y }: TrainData): Tensors {
  const inputs = readInputs(where, `${name}.x`, x);
  checkInputs(where, inputs, null);
  const labels = readArray(where, `${name}.y`, y);
  const count = countSamples(inputs);
  if (labels.shape[0] !== count) {
    throw new ShapeError(
      `${where}: ${name}.y must be [${count}, …] for ${count} samples, got [${labels.shape}].`,
    );
  }
  return { x: inputTensors(inputs), y: tensorOf(labels), count };
}

/** Lets go of data. */
export function disposeData({ x, y }: Omit<Tensors, 'count'>): void {
  tf.dispose([...leavesOf(x), y]);
}

/** The samples of these numbers. */
export function gatherSamples({ x, y }: Tensors, samples: Int32Array): Omit<Tensors, 'count'> {
  const indices = tf.tensor1d(samples, 'int32');
  const gathered = {
    x: mapTree<tf.Tensor, tf.Tensor>(x, (leaf) => tf.gather(leaf, indices)),
    y: tf.gather(y, indices),
  };
  indices.dispose();
  return gathered;
}

/** Which samples a step sees: a new order of all in every epoch, of which what does not fill a batch is left out. */
export class BatchOrder {
  readonly #key: Key;
  readonly #count: number;
  readonly #size: number;
  #epoch = -1;
  #order: Int32Array = new Int32Array(0);

  constructor(key: Key, count: number, size: number) {
    this.#key = key;
    this.#count = count;
    this.#size = size;
  }

  /** The samples of step 1, 2, …: a function of the key and the step alone. */
  at(step: number): Int32Array {
    const perEpoch = Math.floor(this.#count / this.#size);
    const epoch = Math.floor((step - 1) / perEpoch);
    if (epoch !== this.#epoch) {
      this.#order = permutation(foldIn(this.#key, epoch), this.#count);
      this.#epoch = epoch;
    }
    const from = ((step - 1) % perEpoch) * this.#size;
    return this.#order.slice(from, from + this.#size);
  }
}
