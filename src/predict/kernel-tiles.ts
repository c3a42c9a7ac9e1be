import { type AnyArray, readArray } from '../base/any-array.js';
import { ShapeError } from '../base/errors.js';
import { type NdArray, sizeOf } from '../base/nd-array.js';
import { byDefault, type Complete, isWhole, rule } from '../base/options.js';
import { type WorkOptions, workOptions } from '../base/work-options.js';
import { type ComputeOptions, computeOptions, field, type GramField, gram } from '../gram/index.js';
import { offThread } from '../linalg/off-thread.js';
import type { NetworkKernel } from '../tracing/trace.js';

/** How a kernel that does not fit in memory is computed. */
export interface TileOptions extends Pick<ComputeOptions, 'dtype' | 'threads'>, WorkOptions {
  /** Which kernel. */
  readonly get: GramField;
  /** Rows and columns of the tiles in which the kernel is computed; default 1024. */
  readonly tile?: number;
  /** Bytes of tiles that are kept for the next pass, in place of being computed again; default 256 MiB. */
  readonly keptBytes?: number;
}

/** {@link TileOptions}. */
export const tileOptions = {
  get: field,
  tile: byDefault(1024, rule('must be a whole number of at least 1', isWhole(1), 'Pass e.g. 1024.')),
  keptBytes: byDefault(
    2 ** 28,
    rule<number>('must be at least 0', (bytes) => bytes >= 0),
  ),
  dtype: computeOptions.dtype,
  threads: computeOptions.threads,
  ...workOptions,
};

/** The kernel of n samples with each other, tile by tile: never as a whole. */
export class KernelTiles {
  readonly n: number;
  readonly signal: AbortSignal | undefined;
  readonly #where: string;
  readonly #kernel: NetworkKernel;
  readonly #x: NdArray;
  readonly #options: Complete<typeof tileOptions>;
  readonly #size: number;
  readonly #kept = new Map<string, Float64Array>();
  #room: number;

  /** @throws ShapeError, TypeError for samples that are none. */
  constructor(where: string, kernel: NetworkKernel, x: AnyArray, options: Complete<typeof tileOptions>) {
    const { tile, keptBytes } = options;
    this.#x = readArray(where, 'xTrain', x);
    if (this.#x.shape.length < 2 || this.#x.shape[0] === 0) {
      throw new ShapeError(`${where}: xTrain must be samples [n, …], got shape [${this.#x.shape}].`);
    }
    this.n = this.#x.shape[0];
    this.signal = options.signal;
    this.#where = where;
    this.#kernel = kernel;
    this.#options = options;
    this.#size = tile;
    this.#room = keptBytes;
  }

  /** The mean of the kernel's diagonal. */
  async meanDiagonal(): Promise<number> {
    let sum = 0;
    for (const [start, end] of spans(this.n, this.#size)) {
      const k = await this.#tile(start, end, start, end);
      for (let i = 0; i < end - start; i++) sum += k[i * (end - start) + i];
    }
    return sum / this.n;
  }

  /** K·P for P `[n, columns]`; one triangle of tiles is computed, and serves both. */
  async times(p: Float64Array, columns: number): Promise<Float64Array> {
    const product = new Float64Array(this.n * columns);
    const add = (part: Float64Array, start: number) => {
      const at = start * columns;
      for (let i = 0; i < part.length; i++) product[at + i] += part[i];
    };
    const own = (start: number, end: number) => p.subarray(start * columns, end * columns);
    for (const [i0, i1] of spans(this.n, this.#size)) {
      for (const [j0, j1] of spans(this.n, this.#size)) {
        if (j0 < i0) continue;
        const k = await this.#tile(i0, i1, j0, j1);
        const [rows, inner] = [i1 - i0, j1 - j0];
        add(await offThread('gemm', [rows, columns, inner, k, own(j0, j1)], this.signal), i0);
        if (j0 === i0) continue;
        const turned = { transposeA: true };
        add(await offThread('gemm', [inner, columns, rows, k, own(i0, i1), turned], this.signal), j0);
      }
    }
    return product;
  }

  /** Kernel `[rows, n]` of some of the samples with all. */
  async rows(indices: readonly number[]): Promise<Float64Array> {
    const all = new Float64Array(indices.length * this.n);
    const some = pick(this.#x, indices);
    for (const [start, end] of spans(this.n, this.#size)) {
      const k = await this.#between(some, slice(this.#x, start, end));
      for (let i = 0; i < indices.length; i++) {
        all.set(k.subarray(i * (end - start), (i + 1) * (end - start)), i * this.n + start);
      }
    }
    return all;
  }

  /** K(xTest, samples)·coefficients `[N, columns]`, of all samples or of those at `indices`. */
  async predict(
    xTest: AnyArray,
    coefficients: Float64Array,
    columns: number,
    indices: readonly number[] | null = null,
  ): Promise<NdArray<Float64Array>> {
    const test = readArray(this.#where, 'xTest', xTest);
    const samples = indices ? pick(this.#x, indices) : this.#x;
    const count = test.shape[0];
    const out = new Float64Array(count * columns);
    for (const [i0, i1] of spans(count, this.#size)) {
      for (const [j0, j1] of spans(samples.shape[0], this.#size)) {
        const k = await this.#between(slice(test, i0, i1), slice(samples, j0, j1));
        const own = coefficients.subarray(j0 * columns, j1 * columns);
        const part = await offThread('gemm', [i1 - i0, columns, j1 - j0, k, own], this.signal);
        for (let at = 0; at < part.length; at++) out[i0 * columns + at] += part[at];
      }
    }
    return { shape: [count, columns], data: out };
  }

  async #tile(i0: number, i1: number, j0: number, j1: number): Promise<Float64Array> {
    const name = `${i0},${j0}`;
    const kept = this.#kept.get(name);
    if (kept) return kept;
    const rows = slice(this.#x, i0, i1);
    const k = await this.#between(rows, i0 === j0 ? null : slice(this.#x, j0, j1));
    if (k.byteLength <= this.#room) {
      this.#room -= k.byteLength;
      this.#kept.set(name, k);
    }
    return k;
  }

  async #between(x1: NdArray, x2: NdArray | null): Promise<Float64Array> {
    const { get, dtype, threads, signal } = this.#options;
    const options = { get, as: 'array', dtype, threads, signal } as const;
    const { data } = readArray(this.#where, 'the kernel', await gram(this.#kernel, x1, x2, options));
    return data instanceof Float64Array ? data : Float64Array.from(data);
  }
}

function* spans(count: number, size: number): Iterable<readonly [number, number]> {
  for (let start = 0; start < count; start += size) yield [start, Math.min(count, start + size)];
}

function slice({ shape, data }: NdArray, start: number, end: number): NdArray {
  const size = sizeOf(shape.slice(1));
  return { shape: [end - start, ...shape.slice(1)], data: data.slice(start * size, end * size) };
}

function pick({ shape, data }: NdArray, indices: readonly number[]): NdArray {
  const size = sizeOf(shape.slice(1));
  const picked = data.slice(0, indices.length * size);
  indices.forEach((index, i) => {
    picked.set(data.subarray(index * size, (index + 1) * size), i * size);
  });
  return { shape: [indices.length, ...shape.slice(1)], data: picked };
}
