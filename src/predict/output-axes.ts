import { type AnyArray, readArray } from '../base/any-array.js';
import { ShapeError } from '../base/errors.js';
import { type NdArray, sizeOf } from '../base/nd-array.js';
import { transposeArray } from '../base/transpose-array.js';
import { checkFiniteArray } from './check-finite-array.js';

/** A kernel between outputs as a matrix, and the sizes of the axes that its rows and columns stand for. */
export interface KernelMatrix {
  /** Row-major. */
  readonly data: Float64Array;
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

/**
 * The axes of a network's outputs `[N, …, outputs]`, apart in two: of the traced ones a kernel knows nothing, it is the same for
 * each of their entries and 0 between two; of each other axis it has two, one behind the other: `[N, N, …]`.
 *
 * With the other axes as one of n entries and the traced ones as one of c, outputs are a matrix `[n, c]`, kernels one `[n, n]`.
 */
export class OutputAxes {
  /** Of one array of outputs: Π of the axes that are not traced, Π of those that are. */
  readonly n: number;
  readonly c: number;
  readonly #where: string;
  readonly #shape: readonly number[];
  readonly #kept: readonly number[];
  readonly #traced: readonly number[];

  /**
   * @param shape the training outputs'
   * @throws RangeError when there is no such axis.
   */
  constructor(where: string, shape: readonly number[], traceAxes: readonly number[]) {
    const axes = new Set<number>();
    for (const axis of traceAxes) {
      if (!Number.isInteger(axis) || axis < -shape.length || axis >= shape.length) {
        throw new RangeError(
          `${where}: traceAxes must be axes of yTrain [${shape}], from ${-shape.length} to ${shape.length - 1}, got ${axis}.`,
        );
      }
      axes.add(axis < 0 ? axis + shape.length : axis);
    }
    const all = shape.map((_, axis) => axis);
    this.#where = where;
    this.#shape = shape;
    this.#kept = all.filter((axis) => !axes.has(axis));
    this.#traced = all.filter((axis) => axes.has(axis));
    this.n = sizeOf(this.keptSizes);
    this.c = sizeOf(this.#traced.map((axis) => shape[axis]));
  }

  /** Sizes of the axes that are not traced, in training outputs. */
  get keptSizes(): number[] {
    return this.#kept.map((axis) => this.#shape[axis]);
  }

  /** The shape of outputs whose axes that are not traced have these sizes. */
  shapeOf(kept: readonly number[]): number[] {
    const shape = [...this.#shape];
    this.#kept.forEach((axis, i) => {
      shape[axis] = kept[i];
    });
    return shape;
  }

  /**
   * Outputs as a matrix `[n, c]`; a number stands for that in all entries.
   *
   * @param kept as in `shapeOf`
   * @throws ShapeError, NonFiniteError naming the argument.
   */
  outputs(name: string, x: AnyArray | number, kept: readonly number[] = this.keptSizes): Float64Array {
    const shape = this.shapeOf(kept);
    if (typeof x === 'number') {
      const filled = { shape, data: new Float64Array(sizeOf(shape)).fill(x) };
      checkFiniteArray(this.#where, name, filled);
      return filled.data;
    }
    const read = readArray(this.#where, name, x);
    if (read.shape.join() !== shape.join()) {
      throw new ShapeError(`${this.#where}: ${name} needs the shape [${shape}], got [${read.shape}].`);
    }
    checkFiniteArray(this.#where, name, read);
    const { data } = transposeArray(read, [...this.#kept, ...this.#traced]);
    return data instanceof Float64Array ? data : Float64Array.from(data);
  }

  /**
   * A kernel `[a1, a1', a2, a2', …]` as a matrix. Its columns are training outputs, and its rows too where `square` says so.
   *
   * @throws ShapeError, NonFiniteError naming the argument.
   */
  kernel(name: string, k: AnyArray, kind: 'train-train' | 'test-train' | 'test-test'): KernelMatrix {
    const read = readArray(this.#where, name, k);
    const { shape } = read;
    const axes = this.#kept.map((_, i) => 2 * i);
    const [rows, columns] = [axes.map((axis) => shape[axis]), axes.map((axis) => shape[axis + 1])];
    const known = this.keptSizes.join();
    const fits =
      shape.length === 2 * this.#kept.length &&
      (kind === 'test-test' ? rows.join() === columns.join() : columns.join() === known) &&
      (kind !== 'train-train' || rows.join() === known);
    if (!fits) {
      const sizes = this.keptSizes.flatMap((size) =>
        kind === 'train-train' ? [size, size] : kind === 'test-train' ? ['N', size] : ['N', 'N'],
      );
      throw new ShapeError(
        `${this.#where}: ${name} needs the shape [${sizes.join(', ')}], two axes for each axis of yTrain [${this.#shape}] ` +
          `that is not in traceAxes, got [${shape}].`,
      );
    }
    checkFiniteArray(this.#where, name, read);
    const { data } = transposeArray(read, [...axes, ...axes.map((axis) => axis + 1)]);
    return { data: data instanceof Float64Array ? data : Float64Array.from(data), rows, columns };
  }

  /** Matrices `[n, c]`, one a time, as outputs `[…times, N, …, outputs]`. */
  toOutputs(
    matrices: readonly Float64Array[],
    kept: readonly number[],
    times: readonly number[],
  ): NdArray<Float64Array> {
    const inner = [...kept, ...this.#traced.map((axis) => this.#shape[axis])];
    const order: number[] = [];
    [...this.#kept, ...this.#traced].forEach((axis, i) => {
      order[axis] = i;
    });
    return joined(matrices, inner, order, times);
  }

  /** Covariances `[n, n]`, one a time, as a kernel's axes are: `[…times, a1, a1', …]`. */
  toCovariances(
    matrices: readonly Float64Array[],
    kept: readonly number[],
    times: readonly number[],
  ): NdArray<Float64Array> {
    const order = kept.flatMap((_, i) => [i, i + kept.length]);
    return joined(matrices, [...kept, ...kept], order, times);
  }
}

function joined(
  matrices: readonly Float64Array[],
  inner: readonly number[],
  order: readonly number[],
  times: readonly number[],
): NdArray<Float64Array> {
  const size = sizeOf(inner);
  const data = new Float64Array(matrices.length * size);
  matrices.forEach((matrix, i) => {
    data.set(transposeArray({ shape: inner, data: matrix }, order).data, i * size);
  });
  return { shape: [...times, ...order.map((axis) => inner[axis])], data };
}
